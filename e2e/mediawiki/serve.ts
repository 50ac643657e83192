/**
 * A wiki to try the console on by hand: `node e2e/mediawiki/serve.ts --pages 320 --port 8081`.
 * Installs, fills and serves it on loopback until Ctrl-C.
 */
import { parseArgs } from 'node:util';
import { findMediaWiki } from './packages.ts';
import { defaultShape, seedTitle } from './pages.ts';
import { startWiki } from './wiki.ts';

const { values } = parseArgs({
  options: {
    pages: { type: 'string', default: String(defaultShape.pages) },
    'hub-links': { type: 'string', default: String(defaultShape.hubLinks) },
    port: { type: 'string' },
  },
});

const packages = findMediaWiki();
if ('missing' in packages) {
  console.error(
    `MediaWiki is not installed. On Debian: apt-get install ${packages.missing.join(' ')}`,
  );
  process.exit(1);
}

console.log('Installing and filling the wiki …');
const wiki = await startWiki(packages, {
  shape: {
    ...defaultShape,
    pages: Number(values.pages),
    hubLinks: Number(values['hub-links']),
  },
  ...(values.port === undefined ? {} : { port: Number(values.port) }),
});
console.log(`API URL     ${wiki.apiUrl}`);
console.log(`First page  ${seedTitle}`);
console.log(
  'The console reaches it when it was started with INGEST_EGRESS_ALLOW=127.0.0.0/8. Ctrl-C ends it.',
);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void wiki.stop().then(() => process.exit(0));
  });
}
