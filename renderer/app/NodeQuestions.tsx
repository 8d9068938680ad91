/**
 * What machines ask (is this its key, a passphrase, a password, a code) comes to whatever screen is open, on each device of
 * those who may answer; and the form that adds a machine.
 */
import { Server } from 'lucide-react';
import { Suspense, useEffect, useState } from 'react';
import { useCommands } from './commands.ts';
import { useCan } from './connect.ts';
import { useNodes } from './feeds.ts';
import { addNode, useNodeFace } from './nodes.ts';
import { patiently } from './patiently.ts';

const QuestionDialog = patiently(() => import('../rooms/nodes/QuestionDialog.tsx'));
const AddNode = patiently(() => import('../rooms/nodes/AddNode.tsx'));

/** Milliseconds without a key: what is being typed into a terminal must not land in a question that came just now. */
const CALM_MS = 1500;
let keyAt = 0;
addEventListener(
  'keydown',
  () => {
    keyAt = Date.now();
  },
  { capture: true, passive: true },
);

/** The question to show: at once when it was asked for by hand, else as soon as nobody types. */
function useCalmly(question: string | null, wanted: boolean): boolean {
  const [shown, setShown] = useState<string | null>(null);
  useEffect(() => {
    if (question === null) return;
    let timer: ReturnType<typeof setTimeout>;
    const look = () => {
      const left = wanted ? 0 : keyAt + CALM_MS - Date.now();
      if (left <= 0) setShown(question);
      else timer = setTimeout(look, left);
    };
    look();
    return () => clearTimeout(timer);
  }, [question, wanted]);
  return question !== null && shown === question;
}

export function NodeQuestions() {
  const admin = useCan('admin');
  const { adding, shownAt, front, later } = useNodeFace();
  const asking = useNodes((rows) => {
    if (!admin) return undefined;
    const all = [...rows.byKey.values()].filter(
      ({ id, question }) => question !== null && id !== shownAt && !later.has(question.id),
    );
    return all.find(({ question }) => question?.id === front) ?? all[0];
  });
  const question = asking?.question ?? null;
  const show = useCalmly(question?.id ?? null, question?.id === front);
  useCommands(
    () => [
      {
        id: 'node.add',
        title: 'Add a machine',
        section: 'Nodes',
        icon: Server,
        words: 'ssh remote server host node connect',
        enabled: admin,
        run: addNode,
      },
    ],
    [admin],
  );
  return (
    <Suspense>
      {adding && admin && <AddNode />}
      {show && asking && question && <QuestionDialog key={question.id} node={asking} question={question} />}
    </Suspense>
  );
}
