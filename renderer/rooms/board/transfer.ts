/** The board as a file for the person who looks. */
import { attempt } from '../../app/act.ts';
import { wire } from '../../app/connect.ts';

const FILES = {
  json: { name: 'board.json', type: 'application/json' },
  csv: { name: 'board.csv', type: 'text/csv' },
  ical: { name: 'board.ics', type: 'text/calendar' },
} as const;

export const download = (as: keyof typeof FILES): Promise<boolean> =>
  attempt('Could not export the board', async () => {
    const { text } = await wire().call('board.export', { as }, { timeoutMs: 120_000 });
    const address = URL.createObjectURL(new Blob([text], { type: FILES[as].type }));
    const link = document.createElement('a');
    link.href = address;
    link.download = FILES[as].name;
    link.click();
    // The browser has taken it by the next turn.
    setTimeout(() => URL.revokeObjectURL(address), 0);
  });
