/**
 * Finds the MediaWiki and the PHP that Debian's packages `mediawiki`, `php-cli`, `php-sqlite3`,
 * `php-xml` and `php-mbstring` install. Nothing is installed here: without them its tests are left out.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

export interface MediaWikiPackages {
  /** Directory of `api.php` and `maintenance/`. */
  readonly root: string;
  readonly php: string;
}

const roots = ['/usr/share/mediawiki', '/var/lib/mediawiki'];
const php = 'php';
const neededModules = ['pdo_sqlite', 'xml', 'xmlreader', 'mbstring'];

/** What is installed, or the names of the Debian packages that are missing. */
export function findMediaWiki(): MediaWikiPackages | { readonly missing: readonly string[] } {
  const missing: string[] = [];
  const root = roots.find((dir) => existsSync(`${dir}/maintenance/install.php`));
  if (root === undefined) missing.push('mediawiki');
  const modules = phpModules();
  if (modules === null) missing.push('php-cli');
  const lacking = neededModules.filter((name) => modules !== null && !modules.has(name));
  for (const name of lacking) {
    missing.push(`php-${name === 'pdo_sqlite' ? 'sqlite3' : name.replace('xmlreader', 'xml')}`);
  }
  return root === undefined || missing.length > 0 ? { missing } : { root, php };
}

function phpModules(): Set<string> | null {
  try {
    const listed = execFileSync(php, ['-m'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return new Set(listed.toLowerCase().split(/\s+/));
  } catch {
    return null;
  }
}
