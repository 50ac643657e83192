/** Sees to it that the browser tests have a browser. */
import { existsSync } from 'node:fs';
import { chromium } from '@playwright/test';
import { systemBrowser } from '../../e2e/support/system-browser.ts';
import { shell } from './stages.ts';

/** A system browser, or Playwright's own; null when there is neither. */
function findBrowser(): string | null {
  const system = systemBrowser();
  if (system) return system;
  const own = chromium.executablePath();
  return existsSync(own) ? own : null;
}

/** Installs Chromium when no browser is found: Debian's package as root, else Playwright's download. */
export async function ensureBrowser(say: (line: string) => void): Promise<boolean> {
  if (findBrowser()) return true;
  const debian = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  say(
    `No browser found; installing Chromium ${debian ? "from Debian's packages" : "with Playwright's installer"} …`,
  );
  if (debian)
    await shell(
      'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium',
    );
  if (!findBrowser()) await shell('playwright install chromium');
  if (findBrowser()) return true;
  say(
    'No browser could be installed. Install chromium or google-chrome, then run the tests again.',
  );
  return false;
}
