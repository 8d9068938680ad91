/** Short news of actions, at the corner. Failures stay until they are closed; the rest leaves by itself. */
import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { useEffect } from 'react';
import { createPortal } from 'react-dom';
import { create } from 'zustand';
import { Button } from './Button.tsx';
import s from './Toasts.module.css';

interface Toast {
  readonly id: number;
  readonly kind: 'good' | 'bad';
  readonly text: string;
}

const useToasts = create<{ readonly list: readonly Toast[] }>(() => ({ list: [] }));
let next = 1;

export function toast(kind: Toast['kind'], text: string): void {
  const id = next++;
  // A repeated failure replaces the same words instead of filling the corner.
  useToasts.setState((state) => ({
    list: [...state.list.filter((t) => t.text !== text), { id, kind, text }].slice(-4),
  }));
}

const close = (id: number) => useToasts.setState((state) => ({ list: state.list.filter((t) => t.id !== id) }));

function One({ item }: { readonly item: Toast }) {
  useEffect(() => {
    if (item.kind === 'bad') return;
    const timer = setTimeout(() => close(item.id), 4000);
    return () => clearTimeout(timer);
  }, [item]);
  return (
    <li className={s['toast']} data-kind={item.kind}>
      {item.kind === 'bad' ? <CircleAlert size={16} aria-hidden /> : <CircleCheck size={16} aria-hidden />}
      <span>{item.text}</span>
      <Button look="icon" aria-label="Dismiss" onClick={() => close(item.id)}>
        <X size={14} aria-hidden />
      </Button>
    </li>
  );
}

export function Toasts() {
  const list = useToasts((state) => state.list);
  // Beside the dialogs, not under them: what is told while one is open must be seen.
  return createPortal(
    <ol className={s['toasts']} aria-live="polite">
      {list.map((item) => (
        <One key={item.id} item={item} />
      ))}
    </ol>,
    document.body,
  );
}
