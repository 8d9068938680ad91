/** Where windows stood, and where they may stand again: never on a screen that is gone. Pure. */
import { z } from 'zod';

const Rect = z.object({ x: z.int(), y: z.int(), width: z.int().min(1), height: z.int().min(1) });
export type Rect = z.infer<typeof Rect>;
export const SavedWindow = z.object({
  bounds: Rect,
  maximized: z.boolean().default(false),
  fullScreen: z.boolean().default(false),
  path: z.string().max(2048).default('/'),
});
export type SavedWindow = z.infer<typeof SavedWindow>;
export const SavedWindows = z.array(SavedWindow).max(16);

const LEAST = { width: 420, height: 320 };
/** As much of a window must be on a screen that it can be taken hold of. */
const HOLD = { width: 120, height: 48 };

const shared = (a: Rect, b: Rect): { readonly width: number; readonly height: number } => ({
  width: Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x),
  height: Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y),
});

/** `screens`: their work areas. Null: wherever the system puts it. */
export function placeWindow(saved: Rect, screens: readonly Rect[]): Rect | null {
  const [first] = screens;
  if (!first) return null;
  const seen = screens
    .map((screen) => ({ screen, ...shared(saved, screen) }))
    .filter(({ width, height }) => width >= HOLD.width && height >= HOLD.height)
    .sort((a, b) => b.width * b.height - a.width * a.height)[0];
  const { screen } = seen ?? { screen: first };
  const width = Math.min(Math.max(saved.width, LEAST.width), screen.width);
  const height = Math.min(Math.max(saved.height, LEAST.height), screen.height);
  // The title bar is what one moves a window by: it never stands above the screen.
  if (seen) return { x: saved.x, y: Math.max(saved.y, screen.y), width, height };
  return {
    x: screen.x + Math.round((screen.width - width) / 2),
    y: screen.y + Math.round((screen.height - height) / 2),
    width,
    height,
  };
}

/** The next of several windows stands a little aside. */
export const aside = (bounds: Rect, by = 28): Rect => ({ ...bounds, x: bounds.x + by, y: bounds.y + by });
