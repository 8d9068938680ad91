/** The question before a machine is forgotten: it says what stays there. */
import type { Node } from '../../../shared/contract/nodes.ts';
import { shellWord } from '../../../shared/shell.ts';
import { attempt } from '../../app/act.ts';
import { wire } from '../../app/connect.ts';
import { useSessions } from '../../app/feeds.ts';
import { CopyLine } from '../../ui/Copy.tsx';
import { Confirm } from '../../ui/Dialog.tsx';
import { toast } from '../../ui/Toasts.tsx';
import s from './Nodes.module.css';

export function RemoveNode({ node, onClose }: { readonly node: Node; readonly onClose: () => void }) {
  const attach = useSessions((rows) => {
    for (const each of rows.byKey.values()) if (each.node === node.id && each.state !== 'exited') return each.attach;
    return undefined;
  });
  const { sessions, title } = node;
  const remove = async () => {
    const gone = await attempt(`${title} is not removed`, () =>
      wire().call('nodes.remove', { node: node.id, force: sessions > 0 }),
    );
    if (gone) toast('good', `${title} is removed from the list.`);
  };
  return (
    <Confirm
      open
      onClose={onClose}
      title={`Remove ${title}?`}
      text={
        sessions === 0 ? (
          'Quarterdeck forgets how to reach it. Nothing on the machine is changed.'
        ) : (
          <span className={s['removing']}>
            <span>
              {sessions === 1 ? 'Its session leaves' : `Its ${sessions} sessions leave`} this list and{' '}
              {sessions === 1 ? 'goes' : 'go'} on in tmux there: nothing is stopped.
            </span>
            {attach !== undefined && (
              <>
                <span>You still reach {sessions === 1 ? 'it' : 'the first of them'} with</span>
                <CopyLine text={attach.map(shellWord).join(' ')} />
              </>
            )}
          </span>
        )
      }
      action="Remove"
      onConfirm={() => void remove()}
    />
  );
}
