/** `qd guide`: how an agent uses Quarterdeck, as text for agents; `qd completion`: words for shells. */
import type { Command } from 'commander';
import { Fault } from '../../shared/fault.ts';
import { action } from './context.ts';
import { EXIT, out } from './print.ts';

const GUIDE = `# Using Quarterdeck from inside an agent

You run in a tmux session that Quarterdeck keeps. \`qd\` is its command line. In your session QD_URL, QD_TOKEN and
QD_SESSION_NAME are set, and qd uses them: it acts with your session's own rights (it may read your own session only).

See yourself
  qd session list --json          the sessions you may see, with their states
  qd explain "$QD_SESSION_NAME"   why Quarterdeck thinks you are working, done or waiting
  qd session peek "$QD_SESSION_NAME" --lines 50

With a token that a person gave you (qd --token T ..., scopes type, approve, run)
  qd session start codex --name helper --cwd DIR --json
  qd prompt helper "run the tests and report" --wait idle --timeout 600 --json
  qd prompt helper --file task.md --id task-17    the same id twice is the same prompt: safe to repeat
  qd session peek helper --lines 100
  qd approve list --json
  qd session stop helper

Receipts: queued, held (with the reason), delivering, delivered (seen in the composer), confirmed (the agent took it),
unverified, failed, cancelled. Exit 0 means that the awaited state was reached.
States: starting login trust idle working approval question menu done ratelimit error exited unreachable unknown.
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no hub reached, 4 awaited state not reached in time.
Every command takes --json; errors then stand on standard error as {"error":{"code","message"}}.
`;

interface Words {
  readonly commands: readonly { readonly path: string; readonly words: readonly string[] }[];
}

function wordsOf(command: Command, path = ''): Words['commands'] {
  const own = [
    ...command.commands.map((c) => c.name()),
    ...command.options.map((o) => o.long).filter((o) => o !== undefined && o !== null),
  ];
  return [
    { path, words: own },
    ...command.commands.flatMap((c) => wordsOf(c, path ? `${path} ${c.name()}` : c.name())),
  ];
}

/** Completion of commands and options; session names are asked from the hub where one runs. */
function completion(program: Command, shell: string): string {
  const all = wordsOf(program);
  const names = '$(qd session list --json 2>/dev/null | grep -o \'"name": *"[^"]*"\' | cut -d\'"\' -f4)';
  switch (shell) {
    case 'bash':
    case 'zsh': {
      const cases = all.map(({ path, words }) => `    "${path}") words="${words.join(' ')}" ;;`).join('\n');
      const body = `_qd() {
  local path="" word words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    [[ $word == -* ]] && continue
    case "\${path:+$path }$word" in
${all
  .filter((a) => a.path)
  .map((a) => `      "${a.path}") path="${a.path}" ;;`)
  .join('\n')}
    esac
  done
  case "$path" in
${cases}
  esac
  case "$path" in prompt|queue|key|interrupt|explain|"session "*) [[ \${COMP_WORDS[COMP_CWORD]} == -* ]] || words="$words ${names}" ;; esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _qd qd
`;
      return shell === 'zsh'
        ? `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${body}`
        : body;
    }
    case 'fish':
      return `${all
        .flatMap(({ path, words }) =>
          words.map((word) => {
            const condition = path ? `__fish_seen_subcommand_from ${path.split(' ').at(-1)}` : '__fish_use_subcommand';
            return word.startsWith('--')
              ? `complete -c qd -n '${condition}' -l ${word.slice(2)}`
              : `complete -c qd -f -n '${condition}' -a ${word}`;
          }),
        )
        .join('\n')}\n`;
    default:
      throw new Fault('invalid', `completion for bash, zsh or fish, not ${shell}`);
  }
}

export function guideCommands(program: Command): void {
  program
    .command('guide')
    .description('how an agent uses qd, as a text for agents')
    .action(
      action(async () => {
        out(GUIDE);
        return EXIT.ok;
      }),
    );
  program
    .command('completion')
    .description('completion script: qd completion bash > /etc/bash_completion.d/qd')
    .argument('<shell>', 'bash, zsh or fish')
    .action(
      action(async (_, shell: string) => {
        out(completion(program, shell));
        return EXIT.ok;
      }),
    );
}
