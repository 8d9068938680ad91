/** Hooks of the agents on one machine: where they stand, the exact change, and making it. Reads and writes through the Host. */
import type { HookPlan, HooksState } from '../../../../shared/contract/agents.ts';
import { Fault } from '../../../../shared/fault.ts';
import type { Host } from '../../../platform/ports.ts';
import { unifiedDiff } from './diff.ts';
import { codexTrusts, installText, isComplete, placesOf, removeText } from './plan.ts';
import { HOOK_TARGETS, type HookTarget } from './targets.ts';

export interface HooksStanding {
  readonly state: HooksState;
  readonly note: string | null;
}

export interface Hooks {
  /** null for an agent that has no hooks we know. */
  standing(agent: string): Promise<HooksStanding | null>;
  /** What `install` or `remove` would write. Fault `unsupported`, or `refused` for a file that cannot be read as it is. */
  plan(agent: string, action: 'install' | 'remove'): Promise<HookPlan>;
  /** Makes the change, from the file as it is now, and answers what was done. */
  apply(agent: string, action: 'install' | 'remove'): Promise<HookPlan>;
}

const MOST_BYTES = 8 * 1024 * 1024;

/** `script`: absolute path of `qd-hook.sh`, one that stays where it is when the program is updated. */
export function createHooks(host: Host, script: string): Hooks {
  const folderOf = (target: HookTarget) =>
    (target.folder.variable === null ? null : host.env[target.folder.variable]) || `${host.home}/${target.folder.name}`;
  const fileOf = (target: HookTarget) => `${folderOf(target)}/${target.file}`;

  const textOf = async (path: string): Promise<string | null> => {
    const stat = await host.stat(path);
    if (stat === null || stat.directory) return null;
    if (stat.size > MOST_BYTES)
      throw new Fault('too-large', `${path} is larger than any settings file should be; look into it first.`);
    const bytes = await host.read(path, 0, stat.size);
    try {
      // Strict: bytes that are no text would come out of a rewrite changed. A byte order mark stays.
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch (error) {
      throw new Fault('refused', `${path} is not UTF-8 text; it was left as it is.`, undefined, error);
    }
  };

  const targetOf = (agent: string): HookTarget => {
    const target = HOOK_TARGETS.find((each) => each.agent === agent);
    if (!target) throw new Fault('unsupported', `There are no hooks to install for ${agent}.`);
    return target;
  };

  const plan = async (agent: string, action: 'install' | 'remove'): Promise<HookPlan> => {
    const target = targetOf(agent);
    const file = fileOf(target);
    const before = await textOf(file);
    const change = action === 'install' ? installText(target, before, script) : removeText(target, before ?? '');
    if (!change.ok)
      throw new Fault(
        'refused',
        `${file} was left untouched: ${change.why}. Correct it, or move it away, and try again.`,
      );
    const after = action === 'remove' && before === null ? '' : change.after;
    return {
      agent,
      action,
      file,
      before,
      after,
      diff: unifiedDiff(file, before, before === null && after === '' ? null : after),
      events: [...target.events],
      note: action === 'install' ? target.note : null,
    };
  };

  return {
    async standing(agent) {
      const target = HOOK_TARGETS.find((each) => each.agent === agent);
      if (!target) return null;
      const file = fileOf(target);
      let text: string | null;
      try {
        text = await textOf(file);
      } catch (error) {
        return { state: 'unreadable', note: error instanceof Error ? error.message : String(error) };
      }
      const places = text === null || text.trim() === '' ? [] : placesOf(target, text);
      if (places === null)
        return { state: 'unreadable', note: `${file} is not valid JSON; ${agent} ignores it or fails on it.` };
      if (text === null || places.length === 0) return { state: 'absent', note: null };
      if (!isComplete(target, text, script))
        return { state: 'outdated', note: 'Hooks of an earlier version are there; install them again.' };
      if (agent === 'codex' && !codexTrusts((await textOf(`${folderOf(target)}/config.toml`)) ?? '', file, places)) {
        return {
          state: 'untrusted',
          note: 'Codex does not run them yet: start codex and answer "Hooks need review" with trust.',
        };
      }
      return { state: 'installed', note: null };
    },
    plan,
    async apply(agent, action) {
      if (action === 'install' && (await host.stat(script)) === null)
        throw new Fault(
          'not-ready',
          `The hook script ${script} is not there; start Quarterdeck once more, or install it anew.`,
        );
      const made = await plan(agent, action);
      if (made.diff !== '') await host.write(made.file, made.after);
      return made;
    },
  };
}
