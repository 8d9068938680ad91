/** Which comment of a card was made under which id of a client, so that one that is sent again is not said twice. */
export const sql = `
CREATE TABLE board_said (
  source TEXT PRIMARY KEY,
  change_id INTEGER NOT NULL
) STRICT;
`;
