/** Which licences the packages of the product may have, and which have another. Pure. */
import { z } from 'zod';

/** They ask for the notice to be kept, and for nothing that would reach this product's own code. */
const allowed = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'Unlicense',
]);

/** Looked at one by one. */
const exceptions: Readonly<Record<string, readonly string[]>> = {
  // Fonts, embedded in a page.
  'OFL-1.1': ['@fontsource-variable/inter', '@fontsource-variable/jetbrains-mono'],
  // Data on browsers, read when the console is built; attribution is in its package.
  'CC-BY-4.0': ['caniuse-lite'],
};
/** Scales pictures for Next; optional, and left out of the image (next.config.mjs). */
const neverShipped = /^@img\/sharp-/;

/** The answer of `pnpm licenses list --json`: packages by licence. */
export const licencesSchema = z.record(
  z.string(),
  z.array(z.looseObject({ name: z.string(), versions: z.array(z.string()) })),
);

export interface LicenceReport {
  readonly packages: number;
  /** `name version: licence`, of those that nobody has allowed. */
  readonly faults: readonly string[];
}

export function judgeLicences(byLicence: z.output<typeof licencesSchema>): LicenceReport {
  const faults: string[] = [];
  let packages = 0;
  for (const [licence, found] of Object.entries(byLicence)) {
    for (const { name, versions } of found) {
      packages += 1;
      if (isAllowed(licence, name) || neverShipped.test(name)) continue;
      faults.push(`${name} ${versions.join(', ')}: ${licence}`);
    }
  }
  return { packages, faults };
}

/** Of an expression with OR one part is enough, of one with AND all are needed; nested ones are not understood. */
function isAllowed(licence: string, name: string): boolean {
  const expression = licence.replace(/^\((.*)\)$/, '$1');
  if (/[()]/.test(expression)) return false;
  const one = (id: string) => allowed.has(id) || (exceptions[id]?.includes(name) ?? false);
  if (expression.includes(' AND ')) {
    return !expression.includes(' OR ') && expression.split(' AND ').every(one);
  }
  return expression.split(' OR ').some(one);
}
