/** What a machine asks, over whatever screen is open. Closing it puts the question off; only its buttons answer. */
import { useRef } from 'react';
import type { Node, NodeQuestion } from '../../../shared/contract/nodes.ts';
import { putOff } from '../../app/nodes.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { QuestionForm } from './QuestionForm.tsx';

export default function QuestionDialog({ node, question }: { readonly node: Node; readonly question: NodeQuestion }) {
  const later = () => putOff(question.id);
  const box = useRef<HTMLDivElement>(null);
  return (
    <Dialog
      open
      onClose={later}
      title={question.title}
      description={question.title.includes(node.title) ? undefined : `For ${node.title}`}
      width={520}
      // A key that is pressed just now confirms nothing: the box of a host key is not a field to write in.
      {...(question.kind === 'host-key' ? { initialFocus: box } : {})}
    >
      <div ref={box} tabIndex={-1} style={{ outline: 'none' }}>
        <QuestionForm node={node} question={question} onLater={later} />
      </div>
    </Dialog>
  );
}
