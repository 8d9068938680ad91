/**
 * Whether the hub has another build of this app than the one that runs. Asked with every connection, because a hub that was
 * updated was away; told, never forced: only a press loads the page anew, and what is typed is named before.
 */
import { create } from 'zustand';
import { useLink } from './connect.ts';
import { useOutbox } from './waiting.ts';
import { worker } from './worker.ts';

interface Update {
  /** The hub's build, when it is not this one. */
  readonly build: string | null;
  /** The person said later, to this build. */
  readonly later: string | null;
}
export const useUpdate = create<Update>(() => ({ build: null, later: null }));

/** Absent while developing. */
const MINE = document.querySelector<HTMLMetaElement>('meta[name="build"]')?.content;
const ASK_MS = 10_000;

async function look(): Promise<void> {
  if (MINE === undefined) return;
  try {
    const answer = await fetch('/build.json', { cache: 'no-store', signal: AbortSignal.timeout(ASK_MS) });
    if (!answer.ok) return;
    const { build } = (await answer.json()) as { readonly build?: unknown };
    if (typeof build !== 'string' || build === useUpdate.getState().build) return;
    useUpdate.setState({ build: build === MINE ? null : build });
    // It fetches the new files now, so that they are there when the page asks for them.
    if (build !== MINE) await (await worker())?.update();
  } catch {
    // Not reached, or no JSON: asked again with the next connection.
  }
}

export function startUpdate(): void {
  useLink.subscribe((link, before) => {
    if (link.state === 'online' && before.state !== 'online') void look();
  });
  addEventListener(
    'input',
    ({ target }) => {
      if (target instanceof Element && target.matches(WRITING) && target.closest('.xterm') === null) {
        typed.add(target as HTMLInputElement | HTMLTextAreaElement);
      }
    },
    { capture: true, passive: true },
  );
  // A part of this build that is nowhere any more.
  addEventListener('vite:preloadError', () => void look());
}

/** Fields that somebody typed into; what a field was filled with is no loss. */
const typed = new Set<HTMLInputElement | HTMLTextAreaElement>();
const WRITING =
  'textarea:not([data-kept]), form input:not([type="search"], [type="checkbox"], [type="radio"], [type="range"])';

/** Something typed stands in a field and nowhere else. Drafts that are kept on the device say so by `data-kept`. */
export function unsent(): boolean {
  const { fleeting, list } = useOutbox.getState();
  if (fleeting && list.length > 0) return true;
  for (const each of typed) if (!each.isConnected) typed.delete(each);
  return [...typed].some((each) => each.value.trim() !== '');
}

/** The page from the hub, which is asked first always. */
export const takeUpdate = (): void => location.reload();
export const putOff = (): void => useUpdate.setState(({ build }) => ({ later: build }));
