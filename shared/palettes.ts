/** Names of the terminal palettes; `app` is the app's own, dark or light as its theme is. */
export const PALETTES = ['app', 'dusk', 'fjord', 'ember', 'violet', 'tide', 'classic', 'sand', 'paper'] as const;
export type Palette = (typeof PALETTES)[number];
