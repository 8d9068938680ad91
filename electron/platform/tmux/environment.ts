/**
 * Pure: the environment in which tmux is started. The server hands its own environment to every session ever made in
 * it, so nothing of the hub's process (tokens, Electron's and npm's variables) may be in there. What an agent needs
 * beyond this list is given to its session by name.
 */
const KEPT = new Set(
  (
    'HOME USER LOGNAME SHELL PATH LANG LANGUAGE TZ TMPDIR TMUX_TMPDIR DISPLAY WAYLAND_DISPLAY XAUTHORITY ' +
    'DBUS_SESSION_BUS_ADDRESS SSH_AUTH_SOCK HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy ' +
    'no_proxy SSL_CERT_FILE SSL_CERT_DIR NODE_EXTRA_CA_CERTS NVM_DIR VOLTA_HOME PNPM_HOME BUN_INSTALL CARGO_HOME ' +
    'RUSTUP_HOME GOPATH GOROOT JAVA_HOME PYENV_ROOT WSL_DISTRO_NAME WSL_INTEROP WSLENV'
  ).split(' '),
);
const UTF8 = /utf-?8/i;

/** Arguments of `env` that come before the command: names only for what goes, and the locale; no value of the user's. */
export function cleanEnvironment(env: Readonly<Record<string, string | undefined>>, system: string): string[] {
  // POSIX and C locales turn everything beyond ASCII into `_`. LC_ALL wins over LC_CTYPE wins over LANG.
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  const utf8 = UTF8.test(locale);
  const dropped = Object.keys(env).filter(
    (name) => !KEPT.has(name) && !/^(?:XDG|LC)_[A-Z_]+$/.test(name) && !name.includes('=') && name !== '',
  );
  if (!utf8 && env['LC_ALL'] !== undefined) dropped.push('LC_ALL');
  return [
    ...dropped.flatMap((name) => ['-u', name]),
    // macOS has no C.UTF-8 before version 14.
    ...(utf8 ? [] : [`LC_CTYPE=${system === 'Darwin' ? 'en_US.UTF-8' : 'C.UTF-8'}`]),
  ];
}
