import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unifiedDiff } from './diff.ts';
import { dataOf, parseText } from './json-text.ts';
import { codexFingerprint, codexTrusts, hookCommand, installText, isComplete, placesOf, removeText } from './plan.ts';
import { HOOK_TARGETS, type HookTarget } from './targets.ts';

const SCRIPT = "/opt/it's here/qd-hook.sh";
const target = (agent: string): HookTarget => {
  const found = HOOK_TARGETS.find((each) => each.agent === agent);
  if (!found) throw new Error(agent);
  return found;
};
const install = (agent: string, before: string | null, script = SCRIPT): string => {
  const change = installText(target(agent), before, script);
  if (!change.ok) throw new Error(change.why);
  return change.after;
};
const remove = (agent: string, before: string): string => {
  const change = removeText(target(agent), before);
  if (!change.ok) throw new Error(change.why);
  return change.after;
};

const OWN = `{
    // kept as it is
    "big": 12345678901234567890, "1": "\\u00e9\\/", "0": [ ],
    "hooks": {
        "Stop": [
            { "hooks": [ { "type": "command", "command": "say done" } ] }
        ],
        "disabled": ["x"]
    },
    "last": 1.0
}`;

describe('installing and removing hooks', () => {
  it.each(HOOK_TARGETS.map((each) => each.agent))('%s: all events, valid JSON, nothing twice', (agent) => {
    const text = install(agent, null);
    const data = JSON.parse(text) as { hooks: Record<string, unknown[]> };
    expect(Object.keys(data.hooks)).toEqual(target(agent).events);
    expect(data.hooks['SessionStart']).toEqual([
      { matcher: '*', hooks: [{ type: 'command', command: hookCommand(SCRIPT, agent, 'SessionStart') }] },
    ]);
    expect(isComplete(target(agent), text, SCRIPT)).toBe(true);
    expect(install(agent, text)).toBe(text);
    expect(remove(agent, text)).toBe('{}\n');
  });

  it('leaves every other character of the file alone, and gives all of it back', () => {
    const text = install('gemini', OWN);
    expect(text).toContain('// kept as it is');
    expect(text).toContain('"big": 12345678901234567890, "1": "\\u00e9\\/", "0": [ ]');
    expect(text).toContain('say done');
    expect(remove('gemini', text)).toBe(OWN);
  });

  it('stands beside hooks of others in the same group and list', () => {
    const mixed = {
      hooks: {
        Stop: [
          {
            hooks: [
              { type: 'command', command: 'first' },
              { type: 'command', command: hookCommand('/old/qd-hook.sh', 'claude', 'Stop') },
            ],
          },
        ],
      },
      a: 1,
    };
    const text = install('claude', JSON.stringify(mixed));
    const data = JSON.parse(text) as typeof mixed;
    expect(data.hooks.Stop).toEqual([
      { hooks: [{ type: 'command', command: 'first' }] },
      { matcher: '*', hooks: [{ type: 'command', command: hookCommand(SCRIPT, 'claude', 'Stop') }] },
    ]);
    expect(JSON.parse(remove('claude', text))).toEqual({
      hooks: { Stop: [{ hooks: [{ type: 'command', command: 'first' }] }] },
      a: 1,
    });
  });

  it('replaces hooks of an earlier place of the script', () => {
    const old = install('claude', '{"x":1}', '/old/qd-hook.sh');
    expect(isComplete(target('claude'), old, SCRIPT)).toBe(false);
    expect(install('claude', old)).toBe(install('claude', '{"x":1}'));
  });

  it.each([
    '{',
    '{"a":1,}',
    '[]',
    '"x"',
    '{"hooks":{"Stop":[}}',
    '{"a":1} x',
    "{'a':1}",
    '{"a":"\u0001"}',
    '{"hooks":[]}',
    '{"hooks":{"Stop":{}}}',
    '{"hooks":{"Stop":"x"}}',
  ])('refuses %s untouched', (text) => {
    expect(installText(target('claude'), text, SCRIPT).ok).toBe(false);
  });

  it('refuses comments only where the agent does not read them', () => {
    const text = '// mine\n{}\n';
    expect(installText(target('claude'), text, SCRIPT).ok).toBe(false);
    expect(install('qwen', text)).toMatch(/^\/\/ mine\n\{\n {2}"hooks"/);
  });

  it('keeps line ends, indentation and a byte order mark', () => {
    const text = install('claude', '\ufeff{\r\n\t"a": 1\r\n}\r\n');
    expect(text.startsWith('\ufeff{\r\n\t"a": 1,\r\n\t"hooks": {\r\n\t\t"SessionStart"')).toBe(true);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(remove('claude', text)).toBe('\ufeff{\r\n\t"a": 1\r\n}\r\n');
  });

  it('gives back whatever JSON was there before', () => {
    const key = fc.constantFrom('a', 'hook', '__proto__', '10', 'ü');
    const json = fc.dictionary(key, fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(json, fc.constantFrom(0, 2, '\t'), (value, indent) => {
        const before = JSON.stringify(value, null, indent);
        const after = install('claude', before);
        const node = parseText(after, false);
        expect(node && (dataOf(node) as { hooks: object }).hooks).toBeDefined();
        expect(JSON.parse(after)).toMatchObject(JSON.parse(before));
        expect(remove('claude', after)).toBe(before);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the trust of codex', () => {
  it('knows the fingerprints that codex writes', () => {
    // As codex 0.169.0 wrote them for these commands.
    const stop = {
      command: `${['', 'work', 'shared', 'agents'].join('/')}/hook-recorder.sh Stop`,
      matcher: '*',
      timeout: null,
    };
    expect(codexFingerprint('stop', stop)).toBe('bef4e5e821b4e40d00371090c59a1ac8cf9259df866773c619bb11cef006003c');
  });

  it('needs the right fingerprint at the right place for every hook', () => {
    const file = '/h/.codex/hooks.json';
    const places = placesOf(target('codex'), install('codex', null)) ?? [];
    const snake = (event: string) => event.replace(/(?<!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
    const section = (place: (typeof places)[number]) =>
      `[hooks.state."${file}:${snake(place.event)}:${place.group}:${place.hook}"]\ntrusted_hash = "sha256:${codexFingerprint(snake(place.event), place)}"\n`;
    const config = `model = "x"\n${places.map(section).join('\n')}[other]\nenabled = false\n`;
    expect(places).toHaveLength(8);
    expect(codexTrusts(config, file, places)).toBe(true);
    expect(codexTrusts('', file, places)).toBe(false);
    expect(
      codexTrusts(config.replace(/sha256:./, 'sha256:0'), file, places) &&
        codexTrusts(config.replace(/sha256:./, 'sha256:1'), file, places),
    ).toBe(false);
    expect(codexTrusts(config.replace(':stop:0:0', ':stop:1:0'), file, places)).toBe(false);
    expect(codexTrusts(config.replace(/trusted_hash/, 'enabled = false\ntrusted_hash'), '/other', places)).toBe(false);
  });
});

describe('the diff', () => {
  it('shows a change in its place', () => {
    expect(unifiedDiff('f', 'a\nb\nc\nd\ne\n', 'a\nb\nX\nd\ne\n')).toBe(
      '--- f\n+++ f\n@@ -1,5 +1,5 @@\n a\n b\n-c\n+X\n d\n e\n',
    );
    expect(unifiedDiff('f', null, 'a\n')).toBe('--- /dev/null\n+++ f\n@@ -0,0 +1,1 @@\n+a\n');
    expect(unifiedDiff('f', 'a', 'a')).toBe('');
  });

  it('keeps far changes apart, each with its lines', () => {
    const lines = Array.from({ length: 40 }, (_, n) => `line ${n}`);
    const text = (change: readonly number[]) =>
      `${lines.map((line, n) => (change.includes(n) ? `${line}!` : line)).join('\n')}\n`;
    expect(unifiedDiff('f', text([]), text([5, 30])).match(/^@@.*$/gm)).toEqual([
      '@@ -3,7 +3,7 @@',
      '@@ -28,7 +28,7 @@',
    ]);
  });
});
