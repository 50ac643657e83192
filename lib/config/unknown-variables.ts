/** Variables of the environment that are meant for this product, and that it does not know. */
import type { Environment } from './model.ts';
import { variableGroups } from './variables.ts';
import { nearest } from './zod-hints.ts';

const known: readonly string[] = variableGroups
  .flatMap(({ variables }) => variables)
  .map(({ name }) => name);

/** What follows depends on the sources of the configuration file. */
const sourcePrefix = 'INGEST_SOURCE_';

export interface UnknownVariable {
  readonly name: string;
  /** The known one that was probably meant. */
  readonly near: string | null;
}

/**
 * Variables that look like ours and are none. Every `INGEST_*` is meant for us; `DB_*` and `MSSQL_*` are other
 * programs' as well, and count only where they are nearly one of ours. Empty ones count as not set.
 */
export function unknownVariables(env: Environment): UnknownVariable[] {
  return Object.keys(env)
    .filter((name) => env[name] !== undefined && env[name] !== '')
    .filter((name) => /^(INGEST|DB|MSSQL)_/.test(name) && !isKnown(name))
    .map((name) => ({ name, near: nearVariable(name) }))
    .filter(
      ({ name, near }) =>
        name.startsWith('INGEST_') || (near !== null && !name.startsWith('OTEL_')),
    );
}

function isKnown(name: string): boolean {
  return known.includes(name) || name.startsWith(sourcePrefix);
}

/** Compared without the prefix, which all have in common and which would make any two of them alike. */
function nearVariable(name: string): string | null {
  const prefix = /^[A-Z]+_/.exec(name)?.[0] ?? '';
  const rests = known.flatMap((one) => (one.startsWith(prefix) ? [one.slice(prefix.length)] : []));
  const near = nearest(name.slice(prefix.length), rests);
  return near === null ? null : `${prefix}${near}`;
}

/** The warning about one, a sentence or two. */
export function describeUnknown({ name, near }: UnknownVariable): string {
  const hint = near === null ? 'docs/configuration.md lists all.' : `Did you mean ${near}?`;
  return `The environment variable ${name} is unknown and has no effect. ${hint}`;
}
