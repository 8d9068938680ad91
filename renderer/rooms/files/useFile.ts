/** One file as it is in the folder, read again when the folder says that it is another one. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { FileText } from '../../../shared/contract/files.ts';
import { isFault } from '../../../shared/fault.ts';
import { messageOf, useLink, wire } from '../../app/connect.ts';
import { foldersOf, readFolder } from './folders.ts';
import { nameOf, parentOf } from './tree.ts';

export interface Opened {
  readonly file: FileText | null;
  readonly error: string | null;
  /** It was there and is not any more, or never was. */
  readonly gone: boolean;
  readonly put: (file: FileText) => void;
  readonly read: () => Promise<void>;
}

export function useFile(session: string, path: string, fresh: boolean): Opened {
  const [file, setFile] = useState<FileText | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [gone, setGone] = useState(false);
  const online = useLink((link) => link.state === 'online');
  const latest = useRef(0);
  // Only what says that the file is another one: its folder may change otherwise.
  const stamp = foldersOf(session)((state) => {
    const entry = state.folders.get(parentOf(path))?.entries?.find((each) => each.name === nameOf(path));
    return entry ? `${entry.modifiedAt}:${entry.size}` : '';
  });

  const read = useCallback(async () => {
    latest.current += 1;
    const mine = latest.current;
    try {
      const next = await wire().call('files.read', { name: session, path });
      if (mine !== latest.current) return;
      // The same content keeps its place and its colours.
      setFile((before) => (before && before.version !== '' && before.version === next.version ? before : next));
      setError(null);
      setGone(false);
    } catch (failure) {
      if (mine !== latest.current) return;
      setGone(isFault(failure, 'not-found'));
      setError(messageOf(failure));
    }
  }, [session, path]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another stamp is a reason to read again
  useEffect(() => {
    if (online && !fresh) void read();
  }, [read, online, stamp, fresh]);
  useEffect(() => {
    // Its folder may never have been opened in the tree.
    if (!foldersOf(session).getState().folders.has(parentOf(path))) void readFolder(session, parentOf(path));
  }, [session, path]);

  const put = useCallback((next: FileText) => {
    latest.current += 1;
    setFile(next);
    setError(null);
    setGone(false);
  }, []);
  return { file, error, gone, put, read };
}
