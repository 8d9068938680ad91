/**
 * What an agent inherits: what its user gave the hub, such as provider keys and proxies, as a program started from the same
 * shell would. The tmux server itself starts nearly empty, so this is the one way, and it is as new as the hub.
 */

/** The hub's own, the hub's terminal's, and what npm, Electron and test tools leave behind. */
const OWN =
  /^(?:QD_|npm_|ELECTRON_|CHROME_|TMUX|TERM(?:$|_)|VTE_|WT_|ITERM_|KITTY_|ALACRITTY_|WEZTERM_|VITEST|PLAYWRIGHT_|CLAUDECODE$|CLAUDE_CODE_ENTRYPOINT$|NODE_OPTIONS$|NODE_CHANNEL_|NODE_ENV$|INIT_CWD$|PWD$|OLDPWD$|SHLVL$|_$|COLORTERM$|COLUMNS$|LINES$|SSH_(?:CLIENT|CONNECTION|TTY)$|FORCE_COLOR$|NO_COLOR$)/;

/** Pure. Names that shells cannot carry, and values with NUL, stay behind. */
export function inherited(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || OWN.test(name) || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || value.includes('\0'))
      continue;
    given[name] = value;
  }
  return given;
}
