import { existsSync } from 'node:fs';
import path from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** A browser of the system, which comes before Playwright's own: that one's download needs internet. */
export function systemBrowser(): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .flatMap((directory) => names.map((name) => path.join(directory, name)))
    .find((file) => existsSync(file));
}

/** How browsers are launched here: the system's if there is one. */
export function launchOptions(): { executablePath?: string; args: string[] } {
  const executablePath = systemBrowser();
  return {
    ...(executablePath ? { executablePath } : {}),
    // Chromium's sandbox refuses to run as root.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  };
}
