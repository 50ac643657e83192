/** Once before all browser tests: products that start side by side would write the same files at the same time. */
import { existsSync } from 'node:fs';
import { layFilesBesideServer, serverFile } from '../../scripts/support/build.ts';

export default async function layFiles(): Promise<void> {
  if (!existsSync(serverFile)) throw new Error('The console is not built: run `pnpm build` first.');
  await layFilesBesideServer();
}
