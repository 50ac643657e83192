/** Verifies an exported audit log by itself, without its database: each line by its hashes, and neighbours by each other's. */
import { AppError } from '#lib/errors/app-error.ts';
import { exportedEntry, faultOf } from './exported-entry.ts';

export interface ExportVerification {
  readonly entries: number;
  /** Entries that were not sealed yet when they were exported: only what they say is verified. */
  readonly unsealed: number;
  readonly first: number | null;
  readonly last: number | null;
  /** Of the last position in the file. */
  readonly head: string | null;
  /** Positions between first and last that are not in the file: other entries than its filter's, or taken out. */
  readonly absent: number;
  readonly faultCount: number;
  /** The first twenty, a sentence each. */
  readonly faults: readonly string[];
}

const mostFaults = 20;

/**
 * @param lines of NDJSON, in any order; blank ones are passed over
 * @throws AppError `input_invalid` for a line that is no entry
 */
export async function verifyExport(lines: AsyncIterable<string>): Promise<ExportVerification> {
  const hashes = new Map<number, { readonly hash: string; readonly previousHash: string }>();
  const faults: string[] = [];
  let [faultCount, entries, unsealed, number] = [0, 0, 0, 0];
  const found = (sentence: string) => {
    faultCount += 1;
    if (faults.length < mostFaults) faults.push(sentence);
  };
  for await (const line of lines) {
    number += 1;
    if (line.trim() === '') continue;
    const entry = readLine(line, number);
    entries += 1;
    const fault = faultOf(entry);
    const name = `Line ${number} (entry ${entry.position ?? entry.auditId})`;
    if (fault === 'entry_changed')
      found(`${name} says something else than when the entry was written.`);
    if (fault === 'link_changed') found(`${name} has a link that does not follow from it.`);
    const { position, hash, previousHash } = entry;
    if (position === null || hash === null || previousHash === null) {
      unsealed += 1;
      continue;
    }
    if (hashes.has(position)) found(`${name} has the position of another line.`);
    hashes.set(position, { hash, previousHash });
  }
  const positions = [...hashes.keys()].sort((a, b) => a - b);
  for (const position of positions) {
    const before = hashes.get(position - 1);
    if (before && before.hash !== hashes.get(position)?.previousHash)
      found(`Entry ${position} does not follow from entry ${position - 1}.`);
  }
  const [first = null] = positions;
  const last = positions.at(-1) ?? null;
  return {
    entries,
    unsealed,
    first,
    last,
    head: last === null ? null : (hashes.get(last)?.hash ?? null),
    absent: first === null || last === null ? 0 : last - first + 1 - positions.length,
    faultCount,
    faults,
  };
}

function readLine(line: string, number: number) {
  const parsed = exportedEntry.safeParse(jsonOf(line));
  if (parsed.success) return parsed.data;
  throw new AppError('input_invalid', `Line ${number} is no entry of an exported audit log.`, {
    remedy: 'Give a file that the audit page exported as NDJSON.',
  });
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
