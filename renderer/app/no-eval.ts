/** Imported before any schema is made: zod otherwise probes for `eval`, which the content security policy refuses aloud. */
import { z } from 'zod';

z.config({ jitless: true });
