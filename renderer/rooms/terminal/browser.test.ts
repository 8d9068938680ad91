import { afterEach, expect, it, vi } from 'vitest';
import { openLink } from './browser.ts';

afterEach(() => vi.unstubAllGlobals());

const opened = (uri: string) => {
  const open = vi.fn();
  vi.stubGlobal('window', { open });
  openLink(uri);
  return open.mock.calls;
};

// A link of a terminal (OSC 8) names whatever its program likes.
it.each([
  'javascript:alert(1)',
  ' javascript:alert(1)',
  'JavaScript:alert(1)',
  'java\tscript:alert(1)',
  'data:text/html,<script>1</script>',
  'file:///etc/passwd',
  'vscode://x',
  'blob:http://127.0.0.1/x',
  'ftp://example.org/',
  '//example.org/',
  '/relative',
  '',
  'x'.repeat(100_000),
])('does not open %.40j', (uri) => expect(opened(uri)).toEqual([]));

it.each(['https://example.org/a?b#c', 'http://127.0.0.1:8080/'])('opens %j where it cannot reach back', (uri) =>
  expect(opened(uri)).toEqual([[uri, '_blank', 'noopener,noreferrer']]),
);
