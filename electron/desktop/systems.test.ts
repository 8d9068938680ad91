import { describe, expect, it } from 'vitest';
import {
  endsWithLastWindow,
  loginWay,
  type Platform,
  programOf,
  secretsOf,
  startsHidden,
  updatesItself,
  userModelId,
} from './systems.ts';

const ALL: readonly Platform[] = ['darwin', 'win32', 'linux'];
const each = <T>(choose: (platform: Platform) => T): readonly T[] => ALL.map(choose);

describe('on a Mac, on Windows, on Linux', () => {
  it('secrets are real, but where Linux found no keyring, and are none where nothing encrypts', () => {
    expect(each((on) => secretsOf(on, true, () => 'basic_text'))).toEqual(['real', 'real', 'plain']);
    expect(each((on) => secretsOf(on, true, () => 'gnome_libsecret'))).toEqual(['real', 'real', 'real']);
    expect(each((on) => secretsOf(on, false, () => 'basic_text'))).toEqual(['none', 'none', 'none']);
    const asked: Platform[] = [];
    // Only Linux has the question; elsewhere Electron has no such function.
    for (const on of ALL)
      secretsOf(on, true, () => {
        asked.push(on);
        return '';
      });
    expect(asked).toEqual(['linux']);
  });
  it('an installed app stays with its tray, one from sources ends with its last window, never on a Mac', () => {
    expect(each((on) => endsWithLastWindow(on, true))).toEqual([false, false, false]);
    expect(each((on) => endsWithLastWindow(on, false))).toEqual([false, true, true]);
  });
  it('a start at login shows no window', () => {
    expect(each((on) => startsHidden(on, true, () => false))).toEqual([true, true, true]);
    expect(each((on) => startsHidden(on, false, () => true))).toEqual([true, false, false]);
    expect(each((on) => startsHidden(on, false, () => false))).toEqual([false, false, false]);
  });
  it('start at login is the system’s, or a file; Windows finds it again by its words', () => {
    expect(each(loginWay)).toEqual([
      { kind: 'system', args: [] },
      { kind: 'system', args: ['--hidden'] },
      { kind: 'entry' },
    ]);
  });
  it('only Windows wants a name for notifications', () => {
    expect(each(userModelId)).toEqual([null, 'dev.quarterdeck.app', null]);
  });
  it('an installed app replaces itself, on Linux only as an AppImage', () => {
    expect(each((on) => updatesItself(on, false, { APPIMAGE: '/a' }))).toEqual([false, false, false]);
    expect(each((on) => updatesItself(on, true, {}))).toEqual([true, true, false]);
    expect(updatesItself('linux', true, { APPIMAGE: '/home/a/Quarterdeck.AppImage' })).toBe(true);
    expect(updatesItself('linux', true, { APPIMAGE: '' })).toBe(false);
  });
});

it('what starts again is the file that lasts', () => {
  expect(programOf({}, '/opt/quarterdeck')).toBe('/opt/quarterdeck');
  expect(programOf({ APPIMAGE: '/home/a/Q.AppImage' }, '/tmp/.mount_Q/quarterdeck')).toBe('/home/a/Q.AppImage');
  expect(programOf({ APPIMAGE: '' }, '/opt/quarterdeck')).toBe('/opt/quarterdeck');
});
