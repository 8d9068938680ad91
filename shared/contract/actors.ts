/** Who did something, as the board, channels and memory rooms keep it. */
import { z } from 'zod';

/** A person, or an agent by its session. */
export const Actor = z.object({
  kind: z.enum(['user', 'session']),
  /** User name, or session id. */
  id: z.string(),
  /** For people to read; a session's name as it was then. */
  name: z.string(),
});
export type Actor = z.infer<typeof Actor>;
