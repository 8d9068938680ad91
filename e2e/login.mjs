#!/usr/bin/env node
/**
 * A login as agent programs have it, on loopback alone: draws the address in a box, wrapped where the box ends, and waits
 * for the browser to come back to its own port. `--version` answers as such a program. `--listen ADDRESS`: where it waits, of
 * this machine; what it says of itself is 127.0.0.1 all the same, as on a machine far away.
 */
import { createServer } from 'node:http';

if (process.argv.includes('--version')) {
  process.stdout.write('codex-cli 0.169.0\n');
  process.exit(0);
}
const state = 'g50LG-dKNRcOD3uKLAC_i-FBvJ5puWZDcpPigpE-DJI';
const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const good = url.pathname === '/auth/callback' && url.searchParams.get('state') === state;
  response.writeHead(good ? 200 : 400).end(good ? 'Signed in: you may close this page.' : 'no');
  if (!good) return;
  process.stdout.write('\x1b[2J\x1b[HSuccessfully logged in\r\n');
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
const listen = process.argv[process.argv.indexOf('--listen') + 1] ?? '127.0.0.1';
server.listen(0, listen, () => {
  const { port } = server.address();
  const back = encodeURIComponent(`http://127.0.0.1:${port}/auth/callback`);
  const address = `http://127.0.0.1:${port}/oauth/authorize?response_type=code&client_id=app_EMoamEEZ73f0CkXaXp7hrann&redirect_uri=${back}&code_challenge=S1GsLEPXg1leUw22QsRKiT1c7QeCrl35_NewFqpqwJo&code_challenge_method=S256&state=${state}&scope=openid+profile+email+offline_access&originator=codex-tui`;
  const draw = () => {
    const room = Math.max(20, process.stdout.columns - 6);
    const rows = ['Finish signing in via your browser', ''];
    for (let at = 0; at < address.length; at += room) rows.push(address.slice(at, at + room));
    rows.push('', 'Press Esc to cancel');
    const edge = '─'.repeat(room + 2);
    const body = rows.map((row) => `│ ${row.padEnd(room)} │\r\n`).join('');
    process.stdout.write(`\x1b[2J\x1b[H╭${edge}╮\r\n${body}╰${edge}╯\r\n`);
  };
  draw();
  process.stdout.on('resize', draw);
});
