/** The autostart entry of Linux desktops. Pure. */

/** Quoted as the desktop entry specification asks: double quotes, and four characters behind a backslash; `%` is a field code. */
export const execWord = (word: string): string =>
  `"${word
    .replace(/(["`$\\])/g, '\\$1')
    .replace(/\\/g, '\\\\')
    .replaceAll('%', '%%')}"`;

export const autostartEntry = (program: string): string =>
  [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Quarterdeck',
    `Exec=${execWord(program)} --hidden`,
    'X-GNOME-Autostart-enabled=true',
    'NoDisplay=true',
    '',
  ].join('\n');
