/** Markdown on the board, its parser loaded when the first text is read: keys of cards that there are link to them. */

import { Suspense } from 'react';
import { cardNow } from '../../app/cards.ts';
import { patiently } from '../../app/patiently.ts';
import { cardPath } from '../../app/routes.ts';
import s from './Text.module.css';

const Markdown = patiently(() => import('../../ui/Markdown.tsx'));

const cardLink = (key: string): string => cardPath(key, cardNow(key) ? location.search : '');

export const Text = ({ text }: { readonly text: string }) => (
  <Suspense
    fallback={
      <p className={s['plain']} dir="auto">
        {text}
      </p>
    }
  >
    <Markdown text={text} cardLink={cardLink} />
  </Suspense>
);
