/** Nodes: who took one offline, until it is connected to again. */
export const sql = `
ALTER TABLE nodes ADD COLUMN offline TEXT;
`;
