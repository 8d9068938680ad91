/** `qd auth ...`: sign in to hubs on other machines, and say which one is meant. */
import type { Command } from 'commander';
import { Fault } from '../../shared/fault.ts';
import { findHub, foldersOf } from './connect.ts';
import { action } from './context.ts';
import { bold, EXIT, json, out, table } from './print.ts';
import { readProfiles, writeProfiles } from './profiles.ts';

/** Asks without echo on a terminal, else reads the first line of standard input. */
export async function askSecret(question: string): Promise<string> {
  const input = process.stdin;
  if (!input.isTTY) {
    let text = '';
    for await (const chunk of input) text += chunk;
    const line = text.split('\n')[0]?.replace(/\r$/, '') ?? '';
    if (!line) throw new Fault('invalid', 'nothing on standard input where a passphrase was expected');
    return line;
  }
  process.stderr.write(question);
  input.setRawMode(true);
  input.resume();
  return new Promise((resolve, reject) => {
    let typed = '';
    const end = (finish: () => void) => {
      input.off('data', take);
      input.setRawMode(false);
      input.pause();
      process.stderr.write('\n');
      finish();
    };
    const take = (chunk: Buffer) => {
      for (const char of chunk.toString('utf8')) {
        if (char === '\r' || char === '\n') return end(() => resolve(typed));
        if (char === '\x03' || char === '\x04') return end(() => reject(new Fault('invalid', 'cancelled')));
        if (char === '\x7f' || char === '\b') typed = [...typed].slice(0, -1).join('');
        else typed += char;
      }
    };
    input.on('data', take);
  });
}

/** Signs in with a passphrase and trades the cookie for a token of this machine's own. */
async function tokenFor(server: string, user: string, passphrase: string): Promise<string> {
  const origin = new URL(server).origin;
  const post = async (path: string, body: unknown, cookie?: string) => {
    const response = await fetch(`${origin}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin, ...(cookie ? { cookie } : {}) },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    }).catch((cause: unknown) => {
      throw new Fault('unreachable', `no hub answers at ${origin}`, undefined, cause);
    });
    const answer = (await response.json()) as { error?: Parameters<typeof Fault.from>[0] };
    if (!response.ok)
      throw answer.error ? Fault.from(answer.error) : new Fault('internal', `the hub answered ${response.status}`);
    return { response, answer };
  };
  const login = await post('/api/login', { user, passphrase });
  const cookie = login.response.headers.getSetCookie()[0]?.split(';')[0];
  if (!cookie) throw new Fault('internal', 'the hub sent no session cookie');
  const scopes = (login.answer as { scopes?: string[] }).scopes ?? ['read'];
  const made = await post(
    '/api/tokens',
    { name: `qd on ${process.env['HOSTNAME'] ?? 'this machine'}`, scopes },
    cookie,
  );
  await post('/api/logout', {}, cookie);
  return (made.answer as { token: string }).token;
}

export function authCommands(program: Command): void {
  const auth = program.command('auth').description('hubs on other machines: sign in, choose');
  auth
    .command('login')
    .description('sign in to a hub and remember it as a profile')
    .argument('<server>', 'http(s)://host:port')
    .option('--as <profile>', 'name of the profile', 'default')
    .option('--user <user>', 'sign in with a passphrase, asked for')
    .option('--token <token>', 'use this token instead')
    .action(
      action(async (context, server: string, o: { as: string; user?: string }) => {
        const given = context.options.token;
        if (given === undefined && o.user === undefined)
          throw new Fault('invalid', 'how? --user NAME asks for the passphrase, --token T uses a token');
        const token = given ?? (await tokenFor(server, o.user ?? '', await askSecret(`Passphrase of ${o.user}: `)));
        const me = await (await findHub({ server, token })).call('auth.me', {});
        const { config } = foldersOf(context.options);
        const all = await readProfiles(config);
        await writeProfiles(config, {
          use: o.as,
          profiles: { ...all.profiles, [o.as]: { server: new URL(server).origin, token } },
        });
        if (context.asJson) json({ profile: o.as, ...me });
        else out(`signed in as ${bold(me.user)} (${me.scopes.join(', ')}); qd now talks to ${server}`);
        return EXIT.ok;
      }),
    );
  auth
    .command('logout')
    .description('forget a profile')
    .argument('[profile]', 'default: the one in use')
    .action(
      action(async (context, name?: string) => {
        const { config } = foldersOf(context.options);
        const all = await readProfiles(config);
        const gone = name ?? all.use;
        if (gone === null || !all.profiles[gone])
          throw new Fault('not-found', 'there is no such profile; see: qd auth list');
        const { [gone]: _, ...rest } = all.profiles;
        await writeProfiles(config, { use: all.use === gone ? null : all.use, profiles: rest });
        if (context.asJson) json({ forgot: gone });
        else out(`forgot ${gone}; its token stays valid until it is revoked there`);
        return EXIT.ok;
      }),
    );
  auth
    .command('list')
    .description('known hubs')
    .action(
      action(async (context) => {
        const all = await readProfiles(foldersOf(context.options).config);
        const rows = Object.entries(all.profiles).map(([name, p]) => ({
          name,
          server: p.server,
          inUse: name === all.use,
        }));
        if (context.asJson) json(rows);
        else if (rows.length === 0) out('no profiles: qd talks to the hub of this machine');
        else
          out(
            table(rows, [
              { head: 'PROFILE', value: (r) => r.name },
              { head: 'SERVER', value: (r) => r.server },
              { head: '', value: (r) => (r.inUse ? 'in use' : '') },
            ]),
          );
        return EXIT.ok;
      }),
    );
  auth
    .command('use')
    .description('choose a profile; `local` is the hub of this machine')
    .argument('<profile>')
    .action(
      action(async (context, name: string) => {
        const { config } = foldersOf(context.options);
        const all = await readProfiles(config);
        if (name !== 'local' && !all.profiles[name])
          throw new Fault('not-found', `there is no profile ${name}; see: qd auth list`);
        await writeProfiles(config, { ...all, use: name === 'local' ? null : name });
        if (context.asJson) json({ use: name });
        else
          out(`qd now talks to ${name === 'local' ? 'the hub of this machine' : (all.profiles[name]?.server ?? name)}`);
        return EXIT.ok;
      }),
    );
  auth
    .command('whoami')
    .description('who this command line is for the hub')
    .action(
      action(async (context) => {
        const hub = await context.hub();
        const me = await hub.call('auth.me', {});
        if (context.asJson) json({ ...me, server: hub.url });
        else out(`${bold(me.user)} at ${hub.url}, by ${me.via} (${me.scopes.join(', ')})`);
        return EXIT.ok;
      }),
    );
}
