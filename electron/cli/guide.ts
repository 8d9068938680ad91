/** `qd guide`: how an agent uses Quarterdeck, as text for agents; `qd completion`: words for shells. */
import type { Command } from 'commander';
import { Fault } from '../../shared/fault.ts';
import { action } from './context.ts';
import { GUIDE } from './guide-text.ts';
import { changeFile } from './memory-file.ts';
import { fullName } from './prefix.ts';
import { EXIT, json, out, plain } from './print.ts';

interface Words {
  readonly commands: readonly { readonly path: string; readonly words: readonly string[] }[];
}

const hidden = (command: Command): boolean => command.name() === 'session-names';

function wordsOf(command: Command, path = ''): Words['commands'] {
  const own = [
    ...command.commands.filter((c) => !hidden(c)).map((c) => c.name()),
    ...command.options.map((o) => o.long).filter((o) => o !== undefined && o !== null),
  ];
  return [
    { path, words: own },
    ...command.commands.filter((c) => !hidden(c)).flatMap((c) => wordsOf(c, path ? `${path} ${c.name()}` : c.name())),
  ];
}

/** Commands whose first argument is a session, by their path. */
function ofSessions(command: Command, path = ''): string[] {
  const first = command.registeredArguments[0]?.name() ?? '';
  const group = path.split(' ')[0];
  const named =
    (first === 'name' || first === 'names') && (group === 'session' || group === 'recording' || group === 'attach');
  return [
    ...(first === 'session' || named ? [path] : []),
    ...command.commands.flatMap((c) => ofSessions(c, path ? `${path} ${c.name()}` : c.name())),
  ];
}

const NAMES = 'qd session-names 2>/dev/null';

/** Completion of commands and options; session names are asked from the hub where one runs. */
export function completion(program: Command, shell: string): string {
  const all = wordsOf(program);
  const sessions = ofSessions(program);
  switch (shell) {
    case 'bash':
    case 'zsh': {
      const cases = all.map(({ path, words }) => `    "${path}") words="${words.join(' ')}" ;;`).join('\n');
      const body = `_qd() {
  local path="" word words="" i whole had
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
  # node:name is one word here, where the shell makes three of it
  whole="\${COMP_LINE:0:COMP_POINT}"
  whole="\${whole##*[[:space:]]}"
  case "$path" in ${sessions.map((path) => `"${path}"`).join('|')}) [[ $whole == -* ]] || words="$words $(${NAMES})" ;; esac
  COMPREPLY=($(compgen -W "$words" -- "$whole"))
  had="\${whole%"\${whole##*:}"}"
  [[ $had == "" || $COMP_WORDBREAKS != *:* ]] || COMPREPLY=("\${COMPREPLY[@]#"$had"}")
}
complete -F _qd qd
`;
      return shell === 'zsh'
        ? `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${body}`
        : body;
    }
    case 'fish': {
      const seen = (path: string) =>
        path
          ? path
              .split(' ')
              .map((word) => `__fish_seen_subcommand_from ${word}`)
              .join('; and ')
          : '__fish_use_subcommand';
      return `${[
        ...all.flatMap(({ path, words }) =>
          words.map((word) =>
            word.startsWith('--')
              ? `complete -c qd -n '${seen(path)}' -l ${word.slice(2)}`
              : `complete -c qd -f -n '${seen(path)}' -a ${word}`,
          ),
        ),
        ...sessions.map((path) => `complete -c qd -f -n '${seen(path)}' -a '(${NAMES})'`),
      ].join('\n')}\n`;
    }
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
  // For completion alone: one word a line; of other machines as node:name too.
  program.command('session-names', { hidden: true }).action(
    action(async (context) => {
      const rows = await (await context.hub()).call('sessions.list', {});
      const names = rows.flatMap((each) => [each.name, fullName(each)]);
      for (const name of new Set(names)) if (!/\s/.test(name)) out(plain(name));
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
