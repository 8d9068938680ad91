/** A plain field for a text, with the page beside it where the text is one. */

import { Suspense, useDeferredValue, useEffect, useRef } from 'react';
import { patiently } from '../../app/patiently.ts';
import s from './FileView.module.css';

const Markdown = patiently(() => import('../../ui/Markdown.tsx'));

export function Editor(props: {
  readonly label: string;
  readonly text: string;
  readonly preview: boolean;
  readonly onText: (text: string) => void;
}) {
  const area = useRef<HTMLTextAreaElement>(null);
  // The page may lag behind the typing, never the typing behind the page.
  const shown = useDeferredValue(props.text);
  useEffect(() => area.current?.focus({ preventScroll: true }), []);
  return (
    <div className={s['edit']} data-two={props.preview || undefined}>
      <textarea
        ref={area}
        className={s['area']}
        aria-label={props.label}
        dir="auto"
        spellCheck={props.preview}
        autoCapitalize="none"
        autoComplete="off"
        autoCorrect="off"
        wrap={props.preview ? 'soft' : 'off'}
        value={props.text}
        onChange={(event) => props.onText(event.target.value)}
      />
      {props.preview && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        <section className={s['page']} tabIndex={0} aria-label="Preview">
          <Suspense>
            <Markdown text={shown} />
          </Suspense>
        </section>
      )}
    </div>
  );
}
