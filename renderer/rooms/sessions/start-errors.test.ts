import { describe, expect, it } from 'vitest';
import { Fault } from '../../../shared/fault.ts';
import { startErrors } from './start-errors.ts';

describe('startErrors', () => {
  it('reads the fields of a refused input, the first problem of each', () => {
    const problems = [
      { path: 'name', message: 'bad name' },
      { path: 'name', message: 'second' },
      { path: 'init.0', message: 'empty' },
      { path: 'env.X', message: 'no NUL' },
    ];
    expect(startErrors(new Fault('invalid', 'all', { problems }))).toEqual({
      name: 'bad name',
      init: 'empty',
      form: 'no NUL',
    });
  });
  it.each([
    [new Fault('taken', 'There is a session named api already.'), 'name'],
    [new Fault('not-installed', 'Codex is not installed.'), 'agent'],
    [new Fault('not-found', 'The folder /nowhere does not exist.'), 'cwd'],
    [new Fault('invalid', 'A custom session needs a command'), 'command'],
    [new Fault('unsupported', 'Shell has no known way to resume a conversation'), 'resume'],
    [new Fault('internal', 'the folder of logs is full'), 'form'],
    [new Fault('invalid', 'x', { problems: 'broken' }), 'form'],
    [new Error('plain'), 'form'],
  ])('%s belongs to %s', (error, field) => expect(Object.keys(startErrors(error))).toEqual([field]));
});
