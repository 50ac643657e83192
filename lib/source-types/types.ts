/** The source types there are: each is a folder beside this file and one line in it. */
export { feed } from './feed/index.ts';
export { http } from './http/index.ts';
export { mediawiki } from './mediawiki/index.ts';
export { openalex } from './openalex/index.ts';
export { test } from './test/index.ts';
