/**
 * `pnpm test:large`: the browser tests over a million items, apart from `pnpm test` because they take
 * longer than a person waits. Ends with `N passed, N failed`.
 */
import { ensureBrowser } from './support/browser.ts';
import { buildIfStale } from './support/build.ts';
import { type Counts, playwrightStage } from './support/stages.ts';

const say = (line: string) => console.log(line);

async function run(): Promise<Counts> {
  const broken: Counts = { passed: 0, failed: 1, skipped: 0 };
  if (!(await ensureBrowser(say))) return broken;
  try {
    await buildIfStale(say);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return broken;
  }
  return playwrightStage('Browser tests over a million items', 'playwright.large.config.ts').run();
}

const { passed, failed, skipped } = await run();
if (skipped > 0) say(`Skipped: ${skipped}`);
say(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
