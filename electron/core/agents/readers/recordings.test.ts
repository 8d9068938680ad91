import { expect, test } from 'vitest';
import { NEEDS_YOU } from '../../../../shared/contract/states.ts';
import { spentMs } from '../../../../shared/testing.ts';
import type { Reading } from '../reading.ts';
import { AGENTS, isRight, needsPerson, otherSizes, type Recording, recordings } from './fixtures/recorded-screens.ts';
import { readerFor } from './readers.ts';

interface Score {
  readonly right: number;
  readonly all: number;
  readonly misses: readonly string[];
  /** Labels that need a person: read so, and read so without being one. */
  readonly missedNeeds: readonly string[];
  readonly falseNeeds: readonly string[];
}

function score(all: readonly Recording[], read: (recording: Recording) => Reading): Score {
  const misses: string[] = [];
  const missedNeeds: string[] = [];
  const falseNeeds: string[] = [];
  for (const recording of all) {
    const reading = read(recording);
    const said = `${recording.name} (${recording.note}): ${reading.state}; ${reading.evidence.map((sight) => sight.saw).join(' / ')}`;
    if (!isRight(recording, reading)) misses.push(said);
    if (needsPerson(recording) && !reading.needsYou) missedNeeds.push(said);
    if (!needsPerson(recording) && reading.needsYou) falseNeeds.push(said);
  }
  return { right: all.length - misses.length, all: all.length, misses, missedNeeds, falseNeeds };
}

test.each(AGENTS)('%s: every recorded screen is read as labelled', async (agent) => {
  const all = await recordings(agent);
  expect(all.length).toBeGreaterThan(60);
  const read = readerFor(agent);
  const result = score(all, ({ screen }) => read(screen.view, screen.facts));
  expect(result.misses).toEqual([]);
  expect(result.missedNeeds).toEqual([]);
  expect(result.falseNeeds).toEqual([]);
});

test.each(AGENTS)('%s: screens of other sizes, themes and pickers are read as labelled', async (agent) => {
  const all = await otherSizes(agent);
  expect(all.length).toBeGreaterThan(20);
  const read = readerFor(agent);
  const result = score(all, ({ screen }) => read(screen.view, screen.facts));
  expect([result.misses, result.missedNeeds, result.falseNeeds]).toEqual([[], [], []]);
});

test.each(AGENTS)('%s: the evidence names a sighting, and needs you follows its one rule', async (agent) => {
  const read = readerFor(agent);
  for (const { name, screen } of await recordings(agent)) {
    const reading = read(screen.view, screen.facts);
    expect(reading.evidence.length, name).toBeGreaterThan(0);
    for (const sight of reading.evidence) expect(sight.saw.length, name).toBeLessThanOrEqual(200);
    expect(reading.needsYou, name).toBe(NEEDS_YOU.has(reading.state) && !reading.retrying);
    if (reading.dialog !== null) expect(reading.state, name).toBe(reading.dialog.kind);
  }
});

test.each(AGENTS)('%s: approvals name what is to be approved, and what each choice means', async (agent) => {
  const read = readerFor(agent);
  let seen = 0;
  for (const { name, label, note, screen } of await recordings(agent)) {
    if (label !== 'approval') continue;
    const { dialog } = read(screen.view, screen.facts);
    seen += 1;
    expect(dialog?.tool, name).toBeTruthy();
    expect(
      dialog?.choices.map((choice) => choice.means),
      name,
    ).toEqual(expect.arrayContaining(['allow', 'allow-always', 'deny']));
    const picked = dialog?.choices.filter((choice) => choice.selected) ?? [];
    expect(picked.length, name).toBe(1);
    // OpenCode's recording of a second choice was made before the screen followed the key.
    if (agent !== 'opencode') expect(picked[0]?.n, name).toBe(/second choice/.test(note) ? 2 : 1);
    if (/shell command \(long/.test(note)) {
      expect(dialog?.subject?.replace(/\s+/g, ' '), name).toMatch(
        /^(?:node -e "setTimeout\(\(\)=>console\.log\(1\),[78]000\)"|sleep 7; echo slept)$/,
      );
    } else if (/shell/.test(note)) expect(dialog?.subject, name).toBe('touch made-by-agent.txt');
  }
  expect(seen).toBeGreaterThan(5);
});

test.each(AGENTS)('%s: what is typed is read back without wraps, prompts and placeholders', async (agent) => {
  const read = readerFor(agent);
  for (const { name, label, note, screen } of await recordings(agent)) {
    const { composer } = read(screen.view, screen.facts);
    if (label === 'draft' && /multi-line/.test(note)) {
      if (composer?.folded !== true)
        expect(composer?.text, name).toBe('first line of a draft\nsecond line of a draft\nthird');
    } else if (label === 'draft') expect(composer?.text, name).toMatch(/^[A-Za-z][\w\s,/]+[a-zA-Z]$/);
    else if (label === 'idle' || label === 'done') expect(composer, name).toEqual({ text: '', folded: false });
  }
});

/** Titles and colours help, but a screen must be readable without: a terminal may have neither. */
test.each(AGENTS)('%s: without colours or without a title nearly nothing changes', async (agent) => {
  const all = await recordings(agent);
  const read = readerFor(agent);
  const { readRecorded } = await import('../../../platform/recorded-screen.ts');
  for (const strip of [{ ansi: undefined }, { title: '' }, { current_command: undefined, pane_dead: undefined }]) {
    const stripped = new Map<string, Reading>();
    for (const recording of all) {
      const screen = await readRecorded({ ...recording.json, ...strip });
      stripped.set(recording.name, read(screen.view, screen.facts));
    }
    // A process that was killed leaves its last screen: without facts of the process nothing tells.
    const fair = 'pane_dead' in strip ? all.filter(({ label }) => label !== 'exited') : all;
    const result = score(fair, ({ name }) => stripped.get(name) as Reading);
    expect(result.right / result.all, result.misses.join('\n')).toBeGreaterThanOrEqual(0.98);
    expect(result.falseNeeds).toEqual([]);
  }
});

test.each(AGENTS)('%s: a screen takes well under a millisecond', async (agent) => {
  const all = await recordings(agent);
  const read = readerFor(agent);
  for (const { screen } of all) read(screen.view, screen.facts);
  const started = spentMs();
  for (let round = 0; round < 5; round += 1) for (const { screen } of all) read(screen.view, screen.facts);
  expect((spentMs() - started) / (5 * all.length)).toBeLessThan(1);
});
