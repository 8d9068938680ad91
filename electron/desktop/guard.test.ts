import { expect, it } from 'vitest';
import { isOurs, mayHave, maySpeak, outside } from './guard.ts';

it('knows its own pages', () => {
  expect(isOurs('app://quarterdeck/s/fixer?x=1#y')).toBe(true);
  for (const other of [
    'app://quarterdeck.evil/',
    'app://evil/',
    'app://user@quarterdeck/',
    'https://quarterdeck/',
    'file:///app/index.html',
    'app:quarterdeck',
    'about:blank',
    'javascript:alert(1)',
    '',
  ])
    expect(isOurs(other), other).toBe(false);
});

it('speaks with the top frame of its own pages only', () => {
  expect(maySpeak({ url: 'app://quarterdeck/', parent: null })).toBe(true);
  expect(maySpeak({ url: 'app://quarterdeck/', parent: {} })).toBe(false);
  expect(maySpeak({ url: 'https://example.org/', parent: null })).toBe(false);
  expect(maySpeak(null)).toBe(false);
});

it('grants what is named, to its own pages, and nothing else', () => {
  expect(mayHave('clipboard-sanitized-write', 'app://quarterdeck/', true)).toBe(true);
  expect(mayHave('clipboard-sanitized-write', 'app://quarterdeck/', false)).toBe(false);
  expect(mayHave('clipboard-sanitized-write', 'https://example.org/', true)).toBe(false);
  for (const permission of [
    'media',
    'geolocation',
    'midi',
    'hid',
    'usb',
    'serial',
    'openExternal',
    'unknown',
    'display-capture',
  ])
    expect(mayHave(permission, 'app://quarterdeck/', true), permission).toBe(false);
});

it('says of a hostile address what it is', () => {
  // Line breaks, marks that turn the line round and other tricks reach the question as percent signs, or not at all.
  const shown = outside('https://claude.ai.evil.example/\u202e\n\x1b[31m?next=https://claude.ai/ ok "\'<b>');
  expect(shown?.host).toBe('claude.ai.evil.example');
  expect(shown?.url).toMatch(/^[\x21-\x7e]+$/);
  // What is asked about is what would be opened.
  for (const text of [
    'HTTPS://EVIL.example\\@claude.ai/',
    'https:evil.example',
    'https://0x7f.1/',
    'http://ⓔvil.example',
  ])
    expect(outside(text)?.host, text).toBe(new URL(outside(text)?.url ?? '').host);
  expect(outside('https://EVIL.example\\@claude.ai/')?.host).toBe('evil.example');
  expect(outside('https://0x7f.1/')?.host).toBe('127.0.0.1');
});

it('opens web pages only, and says which', () => {
  expect(outside('https://Claude.AI/oauth?x=1')).toEqual({
    url: 'https://claude.ai/oauth?x=1',
    host: 'claude.ai',
    punycode: false,
    plain: false,
  });
  expect(outside('http://127.0.0.1:9/')).toMatchObject({ host: '127.0.0.1:9', plain: true });
  // The letters that look like others are told.
  expect(outside('https://сlaude.ai/')).toMatchObject({ punycode: true });
  for (const bad of [
    'file:///etc/passwd',
    'javascript:alert(1)',
    'ms-msdt:/id',
    'smb://host/share',
    'https://claude.ai@evil.example/',
    'https://u:p@claude.ai/',
    'quarterdeck://x',
    'not a url',
    `https://x/${'a'.repeat(20_000)}`,
    `https://claude.ai.${'a.'.repeat(140)}evil.example/`,
    'https://exa\u202emple.org/',
    'https://[::1',
    'https:\\\\',
  ])
    expect(outside(bad), bad).toBeNull();
});
