/** `npm run build`: everything into dist/, when stale. */
import { ensureNode, say } from './node24.mjs';
import { ensureBuild, ensureModules } from './prepare.mjs';

try {
  const node = await ensureNode();
  await ensureModules(node);
  await ensureBuild(node);
} catch (error) {
  say(error.message);
  process.exit(1);
}
