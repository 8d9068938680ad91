/** Going to a screen from outside of components: commands, notices. */
import { navigate } from 'wouter/use-browser-location';

export const go = (path: string): void => navigate(path);
