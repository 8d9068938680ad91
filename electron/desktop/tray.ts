/** The icon in the tray, with a dot that says how things stand. */
import { Menu, type MenuItemConstructorOptions, type NativeImage, nativeImage, Tray } from 'electron';
import { trayTip } from './menus.ts';
import type { Stand } from './stand.ts';

export type Mood = 'away' | 'calm' | 'working' | 'need';
export const moodOf = ({ online, needs, working }: Stand): Mood =>
  !online ? 'away' : needs.length > 0 ? 'need' : working > 0 ? 'working' : 'calm';

/** Blue, green, red, opacity, as Electron's bitmaps are; each mood has its shape too, for eyes that tell no colours apart. */
const DOTS: Readonly<Record<Exclude<Mood, 'calm'>, { readonly bgra: readonly number[]; readonly ring: boolean }>> = {
  away: { bgra: [128, 128, 128, 255], ring: true },
  working: { bgra: [230, 150, 60, 255], ring: true },
  need: { bgra: [40, 90, 240, 255], ring: false },
};

/** Paints the dot of a mood into the lower right of a square picture. */
export function paintDot(bitmap: Uint8Array, size: number, mood: Mood): void {
  if (mood === 'calm') return;
  const { bgra, ring } = DOTS[mood];
  const radius = size * 0.24;
  const middle = size - radius - 0.5;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const far = Math.hypot(x - middle, y - middle);
      if (far > radius + 1) continue;
      const at = (y * size + x) * 4;
      // A clear edge around it, so that it stands apart from the icon.
      const inside = far <= radius - 0.5 && !(ring && far < radius * 0.45);
      for (let i = 0; i < 4; i++) bitmap[at + i] = inside ? (bgra[i] ?? 0) : 0;
    }
  }
}

function picture(icon: NativeImage, mood: Mood): NativeImage {
  const image = nativeImage.createEmpty();
  for (const scaleFactor of [1, 2]) {
    const size = 22 * scaleFactor;
    const bitmap = icon.resize({ width: size, height: size, quality: 'best' }).toBitmap();
    paintDot(bitmap, size, mood);
    const drawn = nativeImage.createFromBitmap(bitmap, { width: size, height: size });
    image.addRepresentation({ scaleFactor, width: size, height: size, buffer: drawn.toPNG() });
  }
  return image;
}

export interface TrayIcon {
  show(stand: Stand, menu: readonly MenuItemConstructorOptions[]): void;
  close(): void;
}

export function createTray(iconPath: string, onClick: () => void): TrayIcon {
  const icon = nativeImage.createFromPath(iconPath);
  const pictures = new Map<Mood, NativeImage>();
  const of = (mood: Mood): NativeImage => {
    const known = pictures.get(mood) ?? picture(icon, mood);
    pictures.set(mood, known);
    return known;
  };
  let mood: Mood = 'away';
  let last = '';
  const tray = new Tray(of(mood));
  tray.on('click', onClick);
  return {
    show(stand, menu) {
      const now = moodOf(stand);
      if (now !== mood) tray.setImage(of(now));
      mood = now;
      tray.setToolTip(trayTip(stand));
      // A menu that is open would close when it is replaced: only a change replaces it.
      const text = JSON.stringify(menu);
      if (text === last) return;
      last = text;
      tray.setContextMenu(Menu.buildFromTemplate([...menu]));
    },
    close: () => tray.destroy(),
  };
}
