/** How one proves who one is, in ssh's order: agent, key files, the server's questions, a password. */
import { readFile } from 'node:fs/promises';
import ssh2, { type AnyAuthMethod, BaseAgent, createAgent, type ParsedKey, type SignCallback } from 'ssh2';
import { Fault } from '../../../shared/fault.ts';
import { absent } from '../path-faults.ts';
import type { SshTarget } from './config.ts';
import type { AskPerson, Secrets } from './remote.ts';

// Node does not see this one among the names of a CommonJS module.
const { utils } = ssh2;
const QUESTION_ROUNDS = 2;
const PASSWORD_ROUNDS = 3;
/** Servers end a connection after six tries; one is kept for what the person types. */
const MOST_AGENT_KEYS = 5;
const MOST_PROMPTS = 16;

export interface AuthChain {
  /** The next method to try among those that the server still allows; null when there is none left. */
  next(left: readonly string[] | null): Promise<AnyAuthMethod | null>;
  /** What was tried, for the message of a failure. */
  readonly tried: readonly string[];
  /** A person was asked something. */
  readonly asked: boolean;
}

export interface AuthDeps {
  readonly ask: AskPerson;
  /** What was typed before, while the hub runs. */
  readonly secrets: Secrets;
  /** Ends the connection in the middle of a method. */
  readonly giveUp: (why: Fault) => void;
}

/** Words of a server, made harmless for a dialog. */
export const said = (text: string, most = 500): string =>
  text
    .replace(/\x1b\[[0-9;?]*[ -/]*[@-~]/g, '')
    .replace(/[^\P{C}\n]/gu, '')
    .slice(0, most);

export function createAuthChain(target: SshTarget, deps: AuthDeps): AuthChain {
  const { user, alias } = target;
  const me = `${user}@${alias}`;
  const tried: string[] = [];
  let asked = false;
  const ask: AskPerson = (question) => {
    asked = true;
    return deps.ask(question);
  };
  const unanswered = (what: string) =>
    new Fault('refused', `${what} was not given, so ${alias} stays unconnected. Connect again to be asked again.`, {
      reason: 'unanswered',
    });

  async function* publicKeys(): AsyncGenerator<AnyAuthMethod> {
    const files = await Promise.all(
      target.identities.map(async (path) => ({
        path,
        bytes: await readFile(path)
          .catch(absent)
          .catch(() => null),
        open: firstKey(await readFile(`${path}.pub`).catch(() => null))?.getPublicSSH() ?? null,
      })),
    );
    const wanted = files.flatMap(({ bytes, open }) => {
      const key = open ?? firstKey(bytes)?.getPublicSSH();
      return key ? [key] : [];
    });
    const held: Buffer[] = [];
    if (target.agent !== null) {
      const agent = new ChosenAgent(target.agent, (keys) => {
        const named = keys.filter((key) => wanted.some((each) => each.equals(key.getPublicSSH())));
        const others = target.identitiesOnly ? [] : keys.filter((key) => !named.includes(key));
        const order = target.identitiesNamed || target.identitiesOnly ? [...named, ...others] : [...keys];
        const chosen = order.slice(0, MOST_AGENT_KEYS);
        held.push(...chosen.map((key) => key.getPublicSSH()));
        return chosen;
      });
      const count = await agent.count();
      if (count === null) tried.push(`the agent at ${target.agent}, which does not answer`);
      else if (count > 0) {
        tried.push(`${count} ${count === 1 ? 'key' : 'keys'} of the agent`);
        yield { type: 'agent', username: user, agent };
      }
    }
    for (const { path, bytes, open } of files) {
      if (bytes === null || (open && held.some((each) => each.equals(open)))) continue;
      const key = await unlocked(path, bytes);
      if (!key) continue;
      tried.push(path);
      yield { type: 'publickey', username: user, key };
    }
  }

  /** What was typed for this name before, else what is typed now; null when nobody does. */
  const secret = async (name: string, asking: Parameters<AskPerson>[0]): Promise<string | null> => {
    const kept = deps.secrets.get(name);
    if (kept !== undefined) return kept;
    const answers = await ask(asking);
    return answers === null ? null : (answers[0] ?? '');
  };

  /** The key of a file; asks for its passphrase, at most three times. Null for one that is of no use. */
  const unlocked = async (path: string, bytes: Buffer): Promise<ParsedKey | null> => {
    const plain = utils.parseKey(bytes);
    if (!(plain instanceof Error)) return firstOf(plain);
    if (!/passphrase|encrypted/i.test(plain.message)) {
      tried.push(`${path}, which cannot be read (${plain.message})`);
      return null;
    }
    const name = `passphrase ${path}`;
    for (let round = 0; round < PASSWORD_ROUNDS; round += 1) {
      const passphrase = await secret(name, {
        kind: 'passphrase',
        title: `Passphrase of the key for ${alias}`,
        text: round === 0 ? path : `${path}: that was not its passphrase. Try again.`,
        prompts: [{ text: 'Passphrase', echo: false }],
        fingerprint: null,
      });
      if (passphrase === null) {
        tried.push(`${path}, whose passphrase was not given`);
        return null;
      }
      const opened = utils.parseKey(bytes, passphrase);
      if (!(opened instanceof Error)) {
        deps.secrets.set(name, passphrase);
        return firstOf(opened);
      }
      deps.secrets.delete(name);
    }
    tried.push(`${path}, whose passphrase was wrong`);
    return null;
  };

  async function* questions(): AsyncGenerator<AnyAuthMethod> {
    for (let round = 0; round < QUESTION_ROUNDS; round += 1) {
      if (round === 0) tried.push('the questions of the server');
      yield {
        type: 'keyboard-interactive',
        username: user,
        prompt(name, instructions, _language, prompts, finish) {
          if (prompts.length === 0) return finish([]);
          ask({
            kind: 'answers',
            title: said(name, 100) || `${alias} asks`,
            text: [said(instructions), round > 0 ? 'The answers before were not accepted. Try again.' : '']
              .filter((each) => each !== '')
              .join('\n'),
            prompts: prompts.slice(0, MOST_PROMPTS).map((each) => ({
              text: said(each.prompt, 200).trim() || 'Answer',
              echo: each.echo === true,
            })),
            fingerprint: null,
          }).then(
            (answers) => {
              if (answers === null) deps.giveUp(unanswered('An answer'));
              else finish([...answers]);
            },
            () => deps.giveUp(unanswered('An answer')),
          );
        },
      };
    }
  }

  async function* passwords(): AsyncGenerator<AnyAuthMethod> {
    const name = `password ${me}:${target.port}`;
    for (let round = 0; round < PASSWORD_ROUNDS; round += 1) {
      const password = await secret(name, {
        kind: 'password',
        title: `Password of ${me}`,
        text: round === 0 ? '' : 'That was not the password. Try again.',
        prompts: [{ text: 'Password', echo: false }],
        fingerprint: null,
      });
      if (password === null) throw unanswered('The password');
      if (round === 0) tried.push('the password');
      // Kept before it is known to be right: the connection tells only by being there.
      deps.secrets.set(name, password);
      yield { type: 'password', username: user, password };
      deps.secrets.delete(name);
    }
  }

  /** Stages of the chain, each skipped as a whole when the server does not allow it. */
  const stages = [
    { name: 'publickey', methods: publicKeys() },
    { name: 'keyboard-interactive', methods: questions() },
    { name: 'password', methods: passwords() },
  ];

  return {
    tried,
    get asked() {
      return asked;
    },
    async next(left) {
      // Asks the server what it allows at all, without a try of ours being counted.
      if (left === null) return { type: 'none', username: user };
      for (const stage of stages) {
        if (!left.includes(stage.name)) continue;
        const found = await stage.methods.next();
        if (!found.done) return found.value;
      }
      return null;
    },
  };
}

function firstOf(parsed: ParsedKey | ParsedKey[]): ParsedKey | null {
  return Array.isArray(parsed) ? (parsed[0] ?? null) : parsed;
}

function firstKey(bytes: Buffer | null): ParsedKey | null {
  if (bytes === null) return null;
  const parsed = utils.parseKey(bytes);
  return parsed instanceof Error ? null : firstOf(parsed);
}

/** An agent of which only some keys are offered, in a chosen order. */
class ChosenAgent extends BaseAgent {
  readonly #agent: BaseAgent;
  readonly #choose: (keys: readonly ParsedKey[]) => readonly ParsedKey[];

  constructor(socket: string, choose: (keys: readonly ParsedKey[]) => readonly ParsedKey[]) {
    super();
    this.#agent = createAgent(socket);
    this.#choose = choose;
  }

  /** How many keys are offered; null when the agent does not answer. */
  count(): Promise<number | null> {
    return new Promise((resolve) => {
      const late = setTimeout(() => resolve(null), 5000);
      this.getIdentities((error, keys) => {
        clearTimeout(late);
        resolve(error ? null : (keys?.length ?? 0));
      });
    });
  }

  override getIdentities(done: (error: Error | null | undefined, keys?: ParsedKey[]) => void): void {
    this.#agent.getIdentities((error, keys) => {
      if (error || !keys) return done(error ?? new Error('the agent gave no keys'));
      const parsed = keys.flatMap((key) => {
        const one = isKey(key) ? key : utils.parseKey(Buffer.isBuffer(key) || typeof key === 'string' ? key : '');
        return one instanceof Error ? [] : Array.isArray(one) ? one : [one];
      });
      done(null, [...this.#choose(parsed)]);
    });
  }

  override sign(...args: readonly unknown[]): void {
    const [key, data, options, done] = args as [ParsedKey, Buffer, object, SignCallback];
    this.#agent.sign(key, data, options, done);
  }
}

const isKey = (key: unknown): key is ParsedKey =>
  typeof key === 'object' && key !== null && 'getPublicSSH' in key && typeof key.getPublicSSH === 'function';
