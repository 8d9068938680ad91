/** Markdown on the board: keys of cards are links to them, where there is such a card. */
import { cardPath } from '../../app/routes.ts';
import { Markdown } from '../../ui/Markdown.tsx';
import { cardNow } from './cards.ts';

const cardLink = (key: string): string | null => (cardNow(key) ? cardPath(key) : null);

export const Text = ({ text }: { readonly text: string }) => <Markdown text={text} cardLink={cardLink} />;
