/** Prints so many bytes a second, in lines, for ever. */
const rate = Number(process.argv[2] ?? 3000);
const line = `${'the quick brown fox jumps over the lazy dog '.repeat(2).slice(0, 78)}\n`;
let due = 0;
setInterval(() => {
  due += rate / 20;
  for (; due >= line.length; due -= line.length) process.stdout.write(`\x1b[3${1 + (Math.trunc(due) % 6)}m${line}`);
}, 50);
