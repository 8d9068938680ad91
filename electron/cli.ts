/** `qd`, the command line: a client of the hub like every other. */
import { Command, CommanderError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { adminCommands } from './cli/admin.ts';
import { boardCommands } from './cli/board.ts';
import { channelCommands } from './cli/channel.ts';
import { explainCommand } from './cli/explain.ts';
import { gitCommands } from './cli/git.ts';
import { guideCommands } from './cli/guide.ts';
import { hubCommands } from './cli/hub.ts';
import { memoryCommands } from './cli/memory.ts';
import { nodeCommands } from './cli/node.ts';
import { noteCommands } from './cli/note.ts';
import { operateCommands } from './cli/operate.ts';
import { EXIT } from './cli/print.ts';
import { authCommands } from './cli/profiles-commands.ts';
import { promptCommands } from './cli/prompt.ts';
import { pushCommands } from './cli/push.ts';
import { recordingCommands } from './cli/recording.ts';
import { sessionCommands } from './cli/session.ts';

// `qd ... | head` closes our output early: that is no failure
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT.ok);
});

const program = new Command('qd')
  .description('Quarterdeck: the control centre for AI coding agents')
  .version(packageJson.version)
  .option('--json', 'machine-readable output')
  .option('--data <dir>', 'data folder of the hub (or QD_DATA)')
  .option('--server <url>', 'a hub elsewhere')
  .option('--token <token>', 'token for it (or QD_TOKEN)')
  .option('--profile <name>', 'a remembered hub (see: qd auth)')
  .showHelpAfterError('(qd help COMMAND tells more)')
  .addHelpText(
    'after',
    '\nExit codes: 0 done, 1 failed, 2 wrong usage, 3 no hub reached, 4 awaited state not reached in time.',
  )
  .exitOverride();

sessionCommands(program);
promptCommands(program);
explainCommand(program, async (files) => (await import('./explain.ts')).explainRecorded(files));
boardCommands(program);
hubCommands(program);
adminCommands(program);
operateCommands(program);
nodeCommands(program);
authCommands(program);
channelCommands(program);
noteCommands(program);
memoryCommands(program);
gitCommands(program);
recordingCommands(program);
pushCommands(program);
guideCommands(program);

/** Global options work before and after the command; so they are known to every command. */
function spread(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) {
    for (const option of program.options) {
      if (option.long !== '--version' && !child.options.some((o) => o.long === option.long)) child.addOption(option);
    }
    spread(child);
  }
}
spread(program);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
}
