/** Unit and integration tests beside the source: real tmux on private sockets, real SQLite in temporary folders. */
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Where nothing is known of earlier runs the largest file would come first, and these would be waited for at the end. */
const LONG = ['prompts/crash', 'prompts/deliver', 'sessions/states', 'tmux/survival', 'approvals/approvals'];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONG.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return at < 0 ? LONG.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    include: ['{electron,shared,renderer}/**/*.test.{ts,tsx}'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // As in the browser's tests: what is waited for comes from other programs, on a machine that may be busy.
    expect: { poll: { timeout: 15_000 } },
    // Most of the time goes by waiting for tmux and other programs: two cores carry three.
    maxWorkers: 3,
    pool: 'forks',
    sequence: { sequencer: LongFirst },
  },
});
