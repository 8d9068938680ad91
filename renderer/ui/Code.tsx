/** The text of one line of code. Direction is always from the left: code is read by machines that way, whatever its strings hold. */
import { memo } from 'react';
import s from './Code.module.css';
import type { Token } from './colours.ts';
import type { Span } from './compare.ts';
import { LONGEST_SHOWN, pieces } from './pieces.ts';

export const Code = memo(function Code(props: {
  readonly text: string;
  readonly tokens?: readonly Token[] | undefined;
  readonly spans?: readonly Span[] | undefined;
}) {
  const { text } = props;
  return (
    <code className={s['code']} dir="ltr">
      {pieces(text, props.tokens, props.spans).map((piece) =>
        piece.type === null && !piece.marked && !piece.hidden ? (
          piece.text
        ) : (
          <span
            key={piece.at}
            data-t={piece.type ?? undefined}
            data-marked={piece.marked || undefined}
            data-hidden={piece.hidden || undefined}
          >
            {piece.text}
          </span>
        ),
      )}
      {text.length > LONGEST_SHOWN && (
        <span className={s['more']}>… {(text.length - LONGEST_SHOWN).toLocaleString('en')} more characters</span>
      )}
    </code>
  );
});
