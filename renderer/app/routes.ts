/** Addresses of the screens, in one place so that links and deep links cannot drift. */
export const routes = {
  tiles: '/',
  sessions: '/sessions',
  session: '/s/:name',
  inbox: '/inbox',
  board: '/board',
  policies: '/policies',
  channels: '/channels',
  channel: '/channels/:id',
  notes: '/notes',
  note: '/notes/:id',
  recordings: '/replay',
  replay: '/replay/:id',
  search: '/search',
  conversations: '/conversations',
  usage: '/usage',
  agents: '/agents',
  workers: '/workers',
  nodes: '/nodes',
  settings: '/settings',
  phones: '/phones',
  signIn: '/sign-in',
  people: '/people',
  logs: '/logs',
  /** Phones only: what has no tab. */
  more: '/more',
} as const;

/**
 * What stands for a session in an address: its name, which people read; the id of one on another hub, because sessions
 * of two machines may be called the same.
 */
export const addressOf = (session: { readonly id: string; readonly name: string; readonly node: string }): string =>
  session.node.startsWith('h_') ? session.id : session.name;

/** By name or id. */
export const sessionPath = (name: string): string => `/s/${encodeURIComponent(name)}`;
export const replayPath = (id: string): string => `/replay/${encodeURIComponent(id)}`;
export const sessionChangesPath = (name: string): string => `${sessionPath(name)}/changes`;
/** Relative to the session's folder; empty: the folder itself. */
export const sessionFilePath = (name: string, path: string): string =>
  `${sessionPath(name)}/files${path === '' ? '' : `?path=${encodeURIComponent(path)}`}`;
export const notePath = (id: string): string => `/notes/${encodeURIComponent(id)}`;
export const channelPath = (id: string): string => `/channels/${encodeURIComponent(id)}`;
/** A card open on the board; `filter`: the query of what the board shows. */
export const cardPath = (key: string, filter = ''): string => `${routes.board}/${encodeURIComponent(key)}${filter}`;
