/** A session by its name, with its machine where there are several; leads to the right one of two that are called the same. */
import { Link } from 'wouter';
import { useShallow } from 'zustand/react/shallow';
import type { Session } from '../../shared/contract/sessions.ts';
import { useSessions } from './feeds.ts';
import { NodeMark } from './NodeMark.tsx';
import { addressOf, sessionPath } from './routes.ts';

type Which =
  | { readonly id: string; readonly name?: string }
  | { readonly name: string; readonly node: string }
  | { readonly conversation: string; readonly agent: string | null; readonly node: string | null };

const isIt = (which: Exclude<Which, { readonly id: string }>, each: Session): boolean =>
  'conversation' in which
    ? each.conversationId === which.conversation &&
      (which.agent === null || each.agent === which.agent) &&
      (which.node === null || each.node === which.node)
    : each.name === which.name && each.node === which.node;

export interface Known {
  readonly id: string;
  readonly name: string;
  readonly node: string;
}

/** Null while there is none (any more). */
export const useWhich = (which: Which): Known | null =>
  useSessions(
    useShallow((rows) => {
      const one = 'id' in which ? rows.byKey.get(which.id) : undefined;
      if (one) return { id: one.id, name: one.name, node: one.node };
      if ('id' in which) return null;
      for (const each of rows.byKey.values())
        if (isIt(which, each)) return { id: each.id, name: each.name, node: each.node };
      return null;
    }),
  );

/** One that is gone is told by its name alone: there is nothing to lead to. */
export function SessionLink(props: {
  readonly of: Known | null;
  readonly name: string;
  readonly className?: string | undefined;
  readonly onClick?: () => void;
  /** `false` where all that stands around it is on one machine. */
  readonly mark?: boolean;
}) {
  const { of } = props;
  if (!of) return <span className={props.className}>{props.name}</span>;
  return (
    <>
      <Link
        href={sessionPath(addressOf(of))}
        className={props.className}
        {...(props.onClick ? { onClick: props.onClick } : {})}
      >
        {of.name}
      </Link>
      {props.mark !== false && <NodeMark id={of.node} />}
    </>
  );
}
