/** Pictures pasted or dropped for an agent: put into the session's folder, and their paths into the prompt. */
import { create } from 'zustand';
import { messageOf } from '../../app/connect.ts';
import { pastePictures, picturesIn } from '../../app/upload.ts';
import { toast } from '../../ui/Toasts.tsx';
import { draftOf, setDraft } from './drafts.ts';

const useGoing = create<{ readonly bySession: Readonly<Record<string, number>> }>(() => ({ bySession: {} }));
const count = (session: string, by: number) =>
  useGoing.setState(({ bySession }) => ({ bySession: { ...bySession, [session]: (bySession[session] ?? 0) + by } }));

/** How many pictures are on their way. */
export const usePicturesGoing = (session: string): number => useGoing((state) => state.bySession[session] ?? 0);

/** Takes the pictures of a paste or drop; false when it holds none, and then it is somebody else's. */
export function takePictures(session: string, data: DataTransfer | null): boolean {
  const files = picturesIn(data);
  if (files.length === 0) return false;
  count(session, files.length);
  void pastePictures(session, files)
    .then(
      (paths) => {
        const text = draftOf(session)?.text ?? '';
        setDraft(session, `${text}${text === '' || /\s$/.test(text) ? '' : ' '}${paths.join(' ')} `);
      },
      (failure: unknown) => toast('bad', `The picture was not taken: ${messageOf(failure)}`),
    )
    .finally(() => count(session, -files.length));
  return true;
}
