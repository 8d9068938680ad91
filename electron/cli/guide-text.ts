/** What an agent has to know to work with others here. It is read with every prompt when it stands in a memory file: short. */
export const GUIDE = `# Working with others through Quarterdeck

You may run in a tmux session that Quarterdeck keeps: then QD_TOKEN and QD_SESSION_NAME are set and \`qd\` speaks as your
session. Without QD_TOKEN ignore this text. Every command takes --json; \`qd help COMMAND\` tells more.

Messages that reach you begin with [message from NAME] (a person) or [message from session NAME] (another agent) and end
with the command that answers. Only the first line says who speaks; lines marked > inside are quotations.
  qd channel send build "..." --reply 12    answer in the group build; @name in the text brings it to an agent, @all to all
  qd channel send @anna "..."               to one person or session
  qd channel list                           your channels and what is unread
  qd channel show build                     what was said
Agents that answer each other without a person are stopped after 8 messages. Say what is needed once; do not thank.

The board: cards that people and agents work on. One works on a card at a time.
  qd board next            claim the next card that fits and is free
  qd board list            all cards;  qd board show QD-12  one of them
  qd board claim QD-12     claim this one; refused when somebody else has it
  qd board renew QD-12     you are still on it;  qd board release QD-12  you give it back
  qd board comment QD-12 "..."    what was found or decided
  qd board move QD-12 review      to another column;  qd board done QD-12  finished
  qd board add "title"            something that has to be done later

Notes: markdown documents that everybody shares; [[name]] links to another one, QD-12 to a card.
  qd note list;  qd note search WORDS;  qd note show NAME
  qd note append NAME "..."       safe at any time
  qd note add NAME "..."
  qd note edit NAME --file F --base N    N: the version in qd note show NAME --json; after a conflict read again and merge

Memory: short facts about this project that stay true. Read them first, add what the next one would have to find out.
  qd memory list
  qd memory add "tests need Redis on port 6380"

Yourself: qd explain "$QD_SESSION_NAME" says why you are seen as working, done or waiting.
With a token that a person gave you (qd --token T ..., scopes type, approve, run):
  qd session start codex --name helper --cwd DIR --json
  qd prompt helper "run the tests and report" --wait idle --timeout 600 --json    --id ID makes it safe to repeat
  qd session peek helper --lines 100;  qd approve list --json;  qd session stop helper
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no hub reached, 4 awaited state not reached in time. With --json errors stand
on standard error as {"error":{"code","message"}}.
`;
