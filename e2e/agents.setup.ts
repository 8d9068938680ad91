/** Brings the real agent programs before the specs that run them: two that bring them at once are in each other's way. */
import { test } from '@playwright/test';
import { installAgents } from './real-agents.ts';

test('the agent programs are there', async () => {
  test.setTimeout(900_000);
  await installAgents();
});
