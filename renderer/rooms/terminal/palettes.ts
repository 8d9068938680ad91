/** Terminal palettes to choose from beside the app's own two. Each keeps its colours whatever theme the app around it has. */
import type { ITheme } from '@xterm/xterm';
import type { Palette } from '../../../shared/palettes.ts';

interface Colours {
  readonly ground: string;
  readonly text: string;
  readonly cursor: string;
  readonly selection: string;
  /** Black, red, green, yellow, blue, magenta, cyan, white; then their bright ones. */
  readonly normal: string;
  readonly bright: string;
}

const COLOURS: Readonly<Record<Exclude<Palette, 'app'>, Colours>> = {
  dusk: {
    ground: '#1a1b26',
    text: '#c0caf5',
    cursor: '#c0caf5',
    selection: '#7aa2f74d',
    normal: '#292e42 #f7768e #9ece6a #e0af68 #7aa2f7 #bb9af7 #7dcfff #a9b1d6',
    bright: '#7680ab #ff8fa3 #b6e37f #f0c480 #9bb8ff #cdb4ff #a4dfff #e6ebff',
  },
  fjord: {
    ground: '#2e3440',
    text: '#d8dee9',
    cursor: '#d8dee9',
    selection: '#88c0d04d',
    normal: '#3b4252 #e08a93 #a3be8c #ebcb8b #8fb0d4 #c4a2bd #88c0d0 #e5e9f0',
    bright: '#8a94a8 #eba2aa #b8d1a3 #f3d9a4 #a7c3e2 #d4b8ce #a2d3de #f4f6fa',
  },
  ember: {
    ground: '#282828',
    text: '#ebdbb2',
    cursor: '#fe8019',
    selection: '#fabd2f40',
    normal: '#3c3836 #fb5a45 #b8bb26 #fabd2f #83a598 #d3869b #8ec07c #d5c4a1',
    bright: '#a08f80 #ff7d6b #cdd04b #ffd05c #a3c1b5 #e3a3b4 #a9d698 #fbf1c7',
  },
  violet: {
    ground: '#282a36',
    text: '#f8f8f2',
    cursor: '#f8f8f2',
    selection: '#bd93f94d',
    normal: '#3c3f50 #ff6e6e #50fa7b #f1fa8c #9aa8ff #ff79c6 #8be9fd #e6e6e0',
    bright: '#8290c4 #ff9090 #7dffa0 #f7ffad #bcc5ff #ff9fd6 #b0f1ff #ffffff',
  },
  tide: {
    ground: '#002b36',
    text: '#a3b3b5',
    cursor: '#93a1a1',
    selection: '#268bd24d',
    normal: '#0b3d4a #f2605b #98a917 #c99a1a #4aa5e6 #e662a0 #38b5aa #e6dfc8',
    bright: '#78929a #f58a63 #b3c43c #e0b545 #7bbdf0 #9fa4e0 #67cfc5 #fdf6e3',
  },
  classic: {
    ground: '#000000',
    text: '#e5e5e5',
    cursor: '#e5e5e5',
    selection: '#ffffff40',
    normal: '#2b2b2b #e04848 #23c523 #cdcd1a #5c8cff #d45cd4 #1acdcd #e5e5e5',
    bright: '#8c8c8c #ff6b6b #4cf04c #ffff55 #8fb0ff #ff8cff #55ffff #ffffff',
  },
  sand: {
    ground: '#fdf6e3',
    text: '#4d6068',
    cursor: '#586e75',
    selection: '#268bd233',
    normal: '#073642 #c42a28 #5f6e00 #8a6700 #1f6fa9 #b52d72 #1d7a73 #6c7775',
    bright: '#66777c #b8440f #4f6b12 #80600a #3d6d9c #5b60b0 #24766d #2f4148',
  },
  paper: {
    ground: '#fbfbfa',
    text: '#2e3338',
    cursor: '#2e3338',
    selection: '#3a62dc2e',
    normal: '#2e3338 #b3342c #3b7330 #8a6100 #2f5fb0 #8d3f99 #1a6f7d #646b73',
    bright: '#6a727b #c2453c #467f3a #966b08 #3d6fc4 #9d4fa9 #237d8b #41474e',
  },
};

const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;
const brightOf = (name: string) => `bright${name[0]?.toUpperCase()}${name.slice(1)}`;

/** Whether its ground is light: programs pick pale colours for dark grounds, and xterm darkens them where it must. */
export const isLight = (palette: Palette): boolean => palette === 'sand' || palette === 'paper';

export function namedPalette(palette: Exclude<Palette, 'app'>): ITheme {
  const { ground, text, cursor, selection, normal, bright } = COLOURS[palette];
  const sixteen = `${normal} ${bright}`.split(' ');
  const scrollbar = isLight(palette) ? '#000000' : '#ffffff';
  return {
    background: ground,
    foreground: text,
    cursor,
    cursorAccent: ground,
    selectionBackground: selection,
    selectionInactiveBackground: selection,
    scrollbarSliderBackground: `${scrollbar}1f`,
    scrollbarSliderHoverBackground: `${scrollbar}33`,
    scrollbarSliderActiveBackground: `${scrollbar}4d`,
    ...Object.fromEntries(
      [...NAMES, ...NAMES.map(brightOf)].map((name, i): readonly [string, string] => [name, sixteen[i] ?? text]),
    ),
  };
}
