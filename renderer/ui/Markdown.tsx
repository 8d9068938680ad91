/**
 * Markdown of people and agents as elements: nothing in it becomes HTML, no picture is fetched from elsewhere (that would
 * tell somebody who reads it), links say where they go and open apart. Load it lazily: the parser is large.
 */
import { memo, useMemo } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { Link } from 'wouter';
import s from './Markdown.module.css';

/** A node of the syntax tree, as far as it is read here. */
interface Tree {
  readonly type: string;
  readonly value?: string;
  children?: Tree[];
}

export interface MarkdownProps {
  readonly text: string;
  /** Where `[[name]]` goes; null: there is no such note. Absent: brackets stay text. */
  readonly noteLink?: (name: string) => string | null;
  /** Where a card's key such as `QD-12` goes. Absent: keys stay text. */
  readonly cardLink?: (key: string) => string | null;
}

const MARKS = /\[\[([^[\]\n]{1,120})\]\]|\b([A-Z][A-Z0-9]{0,9}-[1-9][0-9]{0,8})\b/g;
/** Scheme of links that this component makes of names; nothing a document says can begin with it unseen. */
const OURS = 'qd-internal:';

/** Splits text nodes at `[[names]]` and card keys; code and links are left alone. */
function linkNames({ noteLink, cardLink }: Pick<MarkdownProps, 'noteLink' | 'cardLink'>) {
  const split = (node: Tree): Tree[] => {
    const text = node.value ?? '';
    const parts: Tree[] = [];
    let from = 0;
    for (const match of text.matchAll(MARKS)) {
      const [whole, name, key] = match;
      const to = name !== undefined ? noteLink?.(name.trim()) : key !== undefined ? cardLink?.(key) : undefined;
      if (to === undefined) continue;
      parts.push({ type: 'text', value: text.slice(from, match.index) });
      const shown: Tree = { type: 'text', value: name ?? key ?? '' };
      parts.push({ type: 'link', url: `${OURS}${to ?? ''}`, children: [shown] } as Tree);
      from = match.index + whole.length;
    }
    if (parts.length === 0) return [node];
    parts.push({ type: 'text', value: text.slice(from) });
    return parts;
  };
  const walk = (node: Tree): void => {
    if (node.type === 'link' || node.type === 'linkReference' || !node.children) return;
    node.children = node.children.flatMap((child) => {
      if (child.type === 'text') return split(child);
      walk(child);
      return [child];
    });
  };
  return () => walk;
}

const components: Components = {
  a({ href = '', children }) {
    if (href.startsWith(OURS)) {
      const to = href.slice(OURS.length);
      // A document may spell the scheme out itself: it still goes to a screen of ours or nowhere.
      return !/^\/(?!\/)/.test(to) ? (
        <span className={s['missing']} title="There is no note of this name">
          {children}
        </span>
      ) : (
        <Link href={to}>{children}</Link>
      );
    }
    return (
      <a href={href} title={href} target="_blank" rel="noopener noreferrer">
        {children}
      </a>
    );
  },
  img({ src, alt }) {
    const where = typeof src === 'string' ? src : '';
    return (
      <a href={where} title={where} target="_blank" rel="noopener noreferrer">
        {alt || 'picture'}
      </a>
    );
  },
  /** Of a task list: it shows, the text below is what is changed. */
  input: ({ checked }) => (
    <input type="checkbox" disabled checked={checked === true} aria-label={checked ? 'done' : 'open'} />
  ),
  table: ({ children }) => (
    <div className={s['scroll']}>
      <table>{children}</table>
    </div>
  ),
};

/** Only web and mail addresses; anything else a document links to becomes nothing. */
const safe = (url: string): string => (url.startsWith(OURS) || /^(https?:|mailto:|#)/i.test(url) ? url : '');

export default memo(function Markdown({ text, noteLink, cardLink }: MarkdownProps) {
  const plugins = useMemo(
    () => [remarkGfm, linkNames({ ...(noteLink && { noteLink }), ...(cardLink && { cardLink }) })],
    [noteLink, cardLink],
  );
  return (
    <div className={s['markdown']} dir="auto">
      <ReactMarkdown remarkPlugins={plugins} components={components} urlTransform={safe}>
        {text}
      </ReactMarkdown>
    </div>
  );
});
