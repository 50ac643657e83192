/** Turns zod's issues into sentences that name what is allowed. Values are never repeated: one could be a secret. */
import type { z } from 'zod';

type Path = readonly PropertyKey[];

interface SchemaDef {
  readonly type: string;
  readonly shape?: Readonly<Record<string, { readonly def: SchemaDef }>>;
  readonly element?: { readonly def: SchemaDef };
  readonly innerType?: { readonly def: SchemaDef };
  readonly in?: { readonly def: SchemaDef };
}

function unwrap(def: SchemaDef): SchemaDef {
  const inner = def.innerType ?? (def.type === 'pipe' ? def.in : undefined);
  return inner ? unwrap(inner.def) : def;
}

/** The keys an object schema accepts at `path`; empty when the schema there is not a plain object. */
export function allowedKeys(schema: z.ZodType, path: Path): string[] {
  // zod's public `def` of a schema is structurally a SchemaDef for the kinds walked here.
  let def = unwrap(schema.def as unknown as SchemaDef);
  for (const step of path) {
    const next = typeof step === 'number' ? def.element : def.shape?.[String(step)];
    if (!next) return [];
    def = unwrap(next.def);
  }
  return Object.keys(def.shape ?? {});
}

/** Nobody's finger slips over a longer one, and comparing it takes its length times that of each. */
const longestWord = 200;

/** The allowed word nearest to `word`, when it is near enough to be a slip of the finger. */
export function nearest(word: string, allowed: readonly string[]): string | null {
  if (word.length > longestWord) return null;
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of allowed) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** `runner.batch_size`, `sources[0].name`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? String(step) : `${text}.${String(step)}`;
  }, '');
}
