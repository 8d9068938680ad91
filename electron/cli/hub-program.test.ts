import { expect, it } from 'vitest';
import { hubProgram, isApp } from './hub-program.ts';

const args = ['--data', '/d'];

it('is this Node, with the hub’s script', () => {
  const node = { execPath: '/n/node', versions: { node: '24.1.0' }, env: { APPIMAGE: '/x' } };
  expect(isApp(node)).toBe(false);
  expect(hubProgram(node, '/x/hub.js', args)).toEqual(['/n/node', '/x/hub.js', '--data', '/d']);
});

it('is the Electron of a checkout too, while it is told to be a Node', () => {
  const asNode = { execPath: '/e/electron', versions: { electron: '45.4.1' }, env: { ELECTRON_RUN_AS_NODE: '1' } };
  expect(isApp(asNode)).toBe(false);
  expect(hubProgram(asNode, '/x/hub.js', args)).toEqual(['/e/electron', '/x/hub.js', '--data', '/d']);
});

it('is the installed app without a window, which gets no script; of an AppImage its own file', () => {
  const app = { execPath: '/mnt/q/quarterdeck', versions: { electron: '45.4.1' }, env: {} };
  expect(isApp(app)).toBe(true);
  const [program, mode, ...rest] = hubProgram(app, '/x/hub.js', args);
  expect([program, mode]).toEqual(['/mnt/q/quarterdeck', '--hub']);
  expect(rest.slice(rest.indexOf('--') + 1)).toEqual(args);
  expect(rest.slice(0, rest.indexOf('--'))).toContain('--ozone-platform=headless');
  expect(rest).not.toContain('/x/hub.js');
  expect(hubProgram({ ...app, env: { APPIMAGE: '/home/ann/Q.AppImage' } }, '/x/hub.js', args)[0]).toBe(
    '/home/ann/Q.AppImage',
  );
});
