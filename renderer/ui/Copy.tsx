/** Copying text, also on pages without https, where browsers give no clipboard; and a command with a button that copies it. */
import { Check, Copy as CopyIcon } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from './Button.tsx';
import s from './Copy.module.css';
import { toast } from './Toasts.tsx';

/** The old way: select the text in a field out of sight. It needs no secure page, only a press of the person. */
function copyBySelection(text: string): boolean {
  const held = document.activeElement;
  const field = document.createElement('textarea');
  field.value = text;
  field.readOnly = true;
  field.className = 'visually-hidden';
  // Inside an open dialog: its focus trap would take the focus, and with it the selection, away from elsewhere.
  (held?.closest('[role="dialog"]') ?? document.body).append(field);
  field.select();
  try {
    return document.execCommand('copy');
  } finally {
    field.remove();
    if (held instanceof HTMLElement) held.focus({ preventScroll: true });
  }
}

/** Answers whether it went well; a refusal is told at the corner. */
export async function copyText(text: string): Promise<boolean> {
  const done = navigator.clipboard
    ? await navigator.clipboard.writeText(text).then(
        () => true,
        () => copyBySelection(text),
      )
    : copyBySelection(text);
  if (!done) toast('bad', 'The browser does not let this page copy: select the text instead.');
  return done;
}

/** For a moment after something was copied. */
export function useCopied(): readonly [boolean, (text: string) => void] {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1600);
    return () => clearTimeout(timer);
  }, [copied]);
  return [copied, (text) => void copyText(text).then(setCopied)];
}

/** `label`: what is copied, such as "token". With `word` it is a button with text, else an icon. */
export function CopyButton(props: { readonly text: string; readonly label: string; readonly word?: boolean }) {
  const [copied, copy] = useCopied();
  const Icon = copied ? Check : CopyIcon;
  return (
    <Button
      look={props.word ? 'plain' : 'icon'}
      // A name begins with the word that is seen.
      aria-label={`${props.word && copied ? 'Copied' : 'Copy'} ${props.label}`}
      data-copied={copied}
      onClick={() => copy(props.text)}
    >
      <Icon size={14} aria-hidden />
      {props.word && (copied ? 'Copied' : 'Copy')}
      <span className="visually-hidden" aria-live="polite">
        {copied ? 'Copied' : ''}
      </span>
    </Button>
  );
}

/** A command to run in a terminal, or another line to take along. */
export function CopyLine({ text, label = 'this command' }: { readonly text: string; readonly label?: string }) {
  return (
    <span className={s['line']}>
      <code dir="ltr">{text}</code>
      <CopyButton text={text} label={label} />
    </span>
  );
}
