/** What happened to a file: by shape, letter and colour, and in words for those who hear. */
import {
  FileDiff,
  FileMinus,
  FilePlus,
  FileQuestionMark,
  FileSymlink,
  FileType,
  FileWarning,
  type LucideIcon,
} from 'lucide-react';
import type { Change } from '../../../shared/contract/git.ts';
import s from './Kind.module.css';

const LOOKS: Readonly<
  Record<
    Change['kind'],
    { readonly letter: string; readonly word: string; readonly icon: LucideIcon; readonly tone: string }
  >
> = {
  added: { letter: 'A', word: 'added', icon: FilePlus, tone: 'good' },
  untracked: { letter: 'N', word: 'new, not in git yet', icon: FileQuestionMark, tone: 'good' },
  modified: { letter: 'M', word: 'modified', icon: FileDiff, tone: 'need' },
  deleted: { letter: 'D', word: 'deleted', icon: FileMinus, tone: 'bad' },
  renamed: { letter: 'R', word: 'renamed', icon: FileSymlink, tone: 'busy' },
  type: { letter: 'T', word: 'another kind of file now', icon: FileType, tone: 'need' },
  conflicted: { letter: '!', word: 'in conflict', icon: FileWarning, tone: 'bad' },
};

export const kindWord = (kind: Change['kind']): string => LOOKS[kind].word;

export function KindMark({ kind }: { readonly kind: Change['kind'] }) {
  const { letter, word, icon: Icon, tone } = LOOKS[kind];
  return (
    <span className={s['kind']} data-tone={tone} title={word}>
      <Icon size={14} aria-hidden />
      <span aria-hidden>{letter}</span>
      <span className="visually-hidden">{word}</span>
    </span>
  );
}

/** Lines that came and went. */
export function Counts({ added, removed }: Pick<Change, 'added' | 'removed'>) {
  if (added === null || removed === null) return null;
  return (
    <span className={s['counts']}>
      {added > 0 && (
        <span className={s['plus']}>
          +{added}
          <span className="visually-hidden"> lines added</span>
        </span>
      )}
      {removed > 0 && (
        <span className={s['minus']}>
          −{removed}
          <span className="visually-hidden"> lines removed</span>
        </span>
      )}
    </span>
  );
}
