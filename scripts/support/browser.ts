/** Sees to it that the browser tests have a browser. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { chromium } from '@playwright/test';
import { shell } from './lanes.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** A system browser, or Playwright's own; null when there is neither. */
function findBrowser(searchPath = process.env['PATH'] ?? ''): string | null {
  const system = searchPath
    .split(path.delimiter)
    .flatMap((directory) => names.map((name) => path.join(directory, name)))
    .find((file) => existsSync(file));
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
