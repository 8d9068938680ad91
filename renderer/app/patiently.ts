/**
 * Parts of the app that are loaded when they are first wanted. Without the hub such a part waits for it instead of failing:
 * a part that fails takes down all that is drawn around it, with what is typed there.
 */
import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import { useLink } from './connect.ts';

const reachable = (): Promise<void> =>
  new Promise((resolve) => {
    const stop = useLink.subscribe(({ state }) => {
      if (state !== 'online') return;
      stop();
      resolve();
    });
  });

/** The wire notices a break a little later than a request does. Milliseconds. */
const NOTICE_MS = 3000;
/** Whether the hub is out of reach. */
const away = (): Promise<boolean> =>
  new Promise((resolve) => {
    const end = (is: boolean) => {
      clearTimeout(timer);
      stop();
      resolve(is);
    };
    const timer = setTimeout(() => end(false), NOTICE_MS);
    const stop = useLink.subscribe(({ state }) => state !== 'online' && end(true));
    if (useLink.getState().state !== 'online') end(true);
  });

type Load<Props> = () => Promise<{ default: ComponentType<Props> }>;

/** As React's `lazy`. A failure while the hub is there, such as of a build that is gone, is one. */
export const patiently = <Props>(load: Load<Props>): LazyExoticComponent<ComponentType<Props>> =>
  lazy(() =>
    load().catch(async (error: unknown) => {
      if (!(await away())) throw error;
      await reachable();
      return load();
    }),
  );
