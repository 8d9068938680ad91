/** `qd guide`: how an agent uses Quarterdeck, as text for agents; `qd completion`: words for shells. */
import type { Command } from 'commander';
import { Fault } from '../../shared/fault.ts';
import { action } from './context.ts';
import { GUIDE } from './guide-text.ts';
import { changeFile } from './memory-file.ts';
import { EXIT, json, out } from './print.ts';

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
    .description("how an agent uses qd, as a text for agents; can be put into an agent's memory file")
    .option('--install <file>', 'put it into CLAUDE.md, AGENTS.md, GEMINI.md ..., after showing what changes')
    .option('--remove <file>', 'take it out again')
    .option('--yes', 'do not ask')
    .action(
      action(async (context, o: { install?: string; remove?: string; yes?: boolean }) => {
        if (o.install !== undefined && o.remove !== undefined)
          throw new Fault('invalid', 'give --install or --remove, not both');
        const file = o.install ?? o.remove;
        if (file === undefined) {
          if (context.asJson) json({ guide: GUIDE });
          else out(GUIDE);
          return EXIT.ok;
        }
        const changed = await changeFile(file, o.install !== undefined, { yes: o.yes ?? false, quiet: context.asJson });
        if (context.asJson) json({ file, changed });
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
