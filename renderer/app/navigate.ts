/** Going to a screen from outside of components (commands, notices), and the query of the address as it stands there. */
import { navigate, useSearch as useQuery } from 'wouter/use-browser-location';

export const go = (path: string): void => navigate(path);

/** For `URLSearchParams`, which decodes it. The router's own `useSearch` has decoded it once already: `%41` in a name became `A`. */
export const useSearch = (): string => useQuery();
