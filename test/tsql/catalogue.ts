/** The distinct statements that a run of the contract suite sends to SQL Server, for a compiler to read. */
import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';

/** Names the directory into which each process of a run writes what it sends; of tests alone. */
export const catalogueVariable = 'RECORD_STATEMENTS_IN';

export interface CataloguedStatement {
  /** The suite that sent it first. */
  readonly label: string;
  readonly text: string;
  /** The declarations of `@1`, `@2`, … */
  readonly params: readonly string[];
}

/** Each suite has a schema of its own, and some one more of that name and an `x`; they are no difference between statements. */
const ownSchema = /\btest_[0-9a-f]{12}x?\b/g;

/** Writes statements into a file of this process, each text and declaration once. */
export class CatalogueWriter {
  readonly #file: string;
  readonly #known = new Set<string>();

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true });
    this.#file = path.join(directory, `${process.pid}.jsonl`);
  }

  add({ label, text, params }: CataloguedStatement): void {
    const statement = { label, text: text.replace(ownSchema, 'ingest'), params };
    const key = keyOf(statement);
    if (this.#known.has(key)) return;
    this.#known.add(key);
    appendFileSync(this.#file, `${JSON.stringify(statement)}\n`);
  }
}

/** What the processes of a run have written (JSON lines), each statement once, in the order of labels and texts. */
export function merged(files: readonly string[]): CataloguedStatement[] {
  const lines = files.flatMap((file) => file.split('\n').filter((line) => line !== ''));
  // Written by `CatalogueWriter`, and read back at once.
  const statements = lines.map((line) => JSON.parse(line) as CataloguedStatement).toSorted(byLabel);
  return [...new Map(statements.map((one) => [keyOf(one), one])).values()];
}

/**
 * Tables of the schema that a statement names and no migration makes: the ledger, which is made before any of them,
 * and what tests make. A compiler that has read the migrations alone does not know them.
 */
export function unknownTables({ text }: CataloguedStatement, known: ReadonlySet<string>): string[] {
  const names = [...text.matchAll(/"ingest"\."(\w+)"/g)].map(([, name = '']) => name);
  return names.filter((name) => !known.has(name));
}

const keyOf = ({ text, params }: CataloguedStatement) => JSON.stringify([text, params]);

function byLabel(a: CataloguedStatement, b: CataloguedStatement): number {
  const [left, right] = [`${a.label}\n${a.text}`, `${b.label}\n${b.text}`];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
