/** What runs a hub, for whoever starts one: this Node, or the installed app, whose fuses let it run no scripts. Pure. */

/** As this process is: `process`. */
export interface Runtime {
  readonly execPath: string;
  readonly versions: Readonly<Record<string, string | undefined>>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A display and a card are not needed, and no page is ever shown that a sandbox would hold. */
const WITHOUT_WINDOW = ['--ozone-platform=headless', '--no-sandbox', '--disable-gpu', '--log-level=3'];

/** Handing `hub.js` to the installed app would open a window and no hub. */
export const isApp = ({ versions, env }: Pick<Runtime, 'versions' | 'env'>): boolean =>
  versions['electron'] !== undefined && env['ELECTRON_RUN_AS_NODE'] === undefined;

/** The command line of a hub; `entry`: hub.js, `args`: its own words. */
export function hubProgram(runtime: Runtime, entry: string, args: readonly string[]): readonly [string, ...string[]] {
  if (!isApp(runtime)) return [runtime.execPath, entry, ...args];
  // An AppImage runs from a mount that goes with this process: its own file outlives it.
  return [runtime.env['APPIMAGE'] ?? runtime.execPath, '--hub', ...WITHOUT_WINDOW, '--', ...args];
}
