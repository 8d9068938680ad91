/** The tool calls of the scripted model service, each in the vocabulary of the program that asked. */
import path from 'node:path';

const find = (r, ...names) => {
  for (const n of names) {
    const t = r.tools.find((x) => x.name === n);
    if (t) return t;
  }
  return null;
};
const has = (t, p) => t.schema?.properties && p in t.schema.properties;

export function shellCall(r, cmd) {
  const t = find(r, 'Bash', 'bash', 'run_shell_command', 'exec_command', 'shell_command', 'shell', 'local_shell');
  if (!t) {
    const x = find(r, 'exec');
    if (x)
      return {
        tool: x,
        custom: `const r = await tools.exec_command({cmd: ${JSON.stringify(cmd)}});\ntext(r.output);\n`,
      };
    return null;
  }
  const esc =
    has(t, 'sandbox_permissions') && !r.never
      ? { sandbox_permissions: 'require_escalated', justification: 'Do you want to let me run this command?' }
      : {};
  if (has(t, 'cmd')) return { tool: t, args: { cmd, ...esc } };
  const a = { command: t.schema?.properties?.command?.type === 'array' ? ['bash', '-lc', cmd] : cmd, ...esc };
  if (has(t, 'description')) a.description = 'Runs the requested command';
  if (has(t, 'is_background')) a.is_background = false;
  return { tool: t, args: a };
}
export function editCall(r, cwd) {
  const file = path.posix.join(cwd || '/tmp', 'edited-by-agent.txt');
  const body = 'first line\nsecond line\nthird line\n';
  let t = find(r, 'Write', 'write_file', 'write');
  if (t)
    return {
      tool: t,
      args: has(t, 'filePath')
        ? { filePath: file, content: body }
        : has(t, 'absolute_path')
          ? { absolute_path: file, content: body }
          : { file_path: file, content: body },
    };
  const patch = `*** Begin Patch\n*** Add File: edited-by-agent.txt\n+first line\n+second line\n+third line\n*** End Patch\n`;
  t = find(r, 'apply_patch');
  if (t)
    return t.type === 'custom' ? { tool: t, custom: patch } : { tool: t, args: { input: patch, patchText: patch } };
  t = find(r, 'exec');
  if (t) return { tool: t, custom: `const r = await tools.apply_patch(${JSON.stringify(patch)});\ntext(String(r));\n` };
  return shellCall(r, `apply_patch <<'EOP'\n${patch}EOP`);
}
export function chooseCall(r) {
  const options = [
    { label: 'Blue', description: 'A calm colour' },
    { label: 'Green', description: 'A fresh colour' },
  ];
  const q = { question: 'Which colour should the button have?', header: 'Colour', options, multiSelect: false };
  let t = find(r, 'AskUserQuestion', 'ask_user_question');
  if (t) return { tool: t, args: { questions: [q] } };
  t = find(r, 'ask_user');
  if (t) return { tool: t, args: { questions: [{ ...q, type: 'choice' }] } };
  t = find(r, 'question');
  if (t) return { tool: t, args: { questions: [{ question: q.question, header: q.header, options }] } };
  t = find(r, 'request_user_input');
  if (t) return { tool: t, args: { questions: [{ id: 'colour', header: 'Colour', question: q.question, options }] } };
  if (find(r, 'tool_search')) return { tool: { name: 'ask_user_question' }, args: { questions: [q] } }; // offered only on demand
  return null;
}
export function planCall(r) {
  const plan = '# Plan\n\n1. Read the file\n2. Change the button colour\n3. Run the tests\n';
  const t = find(r, 'ExitPlanMode', 'exit_plan_mode');
  if (!t) return null;
  if (has(t, 'plan_filename') || has(t, 'plan_path'))
    return { tool: t, args: { plan_filename: 'plan.md', plan_path: 'plan.md' } };
  return { tool: t, args: { plan } };
}
export function subCall(r) {
  const t = find(r, 'Agent', 'Task', 'task', 'agent', 'spawn_agent');
  if (!t) return null;
  if (t.name === 'spawn_agent') return { tool: t, args: { message: 'say SUB_OK', task_name: 'sub_one' } };
  const a = { description: 'A small side task', prompt: 'say SUB_OK' };
  if (has(t, 'subagent_type')) a.subagent_type = t.name === 'task' ? 'general' : 'general-purpose';
  return { tool: t, args: a };
}
