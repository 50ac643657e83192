/**
 * Compares the file lake with the records, both ways. Both are read to their end, a page at a time, so
 * memory does not grow with them; for quiet hours.
 */
import { sql } from 'kysely';
import type { Db, Session } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { type LakeFile, lakeFiles, payloadHasHash, readLakeFile, requireLake } from './lake.ts';
import {
  findOrphans,
  inTurns,
  type LakeCheck,
  type LakeFinding,
  type LakeTally,
  rewriteLakeFile,
} from './lake-faults.ts';

const pageSize = 200;

/**
 * Yields what is wrong as it is found and returns the numbers. Repairs are recorded in the audit log.
 * @throws AppError `lake_unreadable`, `forbidden`
 */
export async function* checkLake(
  db: Db,
  actor: Actor,
  check: LakeCheck,
): AsyncGenerator<LakeFinding, LakeTally, void> {
  requirePermission(actor, check.fix ? 'settings:manage' : 'console:view');
  await requireLake(check.baseDir);
  const tally = { records: 0, files: 0, found: 0, repaired: 0 };
  const counted = (finding: LakeFinding) => {
    tally.found += 1;
    if (finding.repaired?.ok) tally.repaired += 1;
    return finding;
  };
  for await (const page of recordPages(db)) {
    tally.records += page.length;
    for (const found of await inTurns(page, (record) => checkRecord(db, record, check))) {
      if (found) yield counted(found);
    }
  }
  for await (const page of filePages(check)) {
    tally.files += page.length;
    for (const found of await findOrphans(db, page, check)) yield counted(found);
  }
  if (tally.repaired > 0) {
    await db.transaction((tx) =>
      recordAudit(tx, actor, {
        action: 'lake.repair',
        targetType: 'lake',
        targetId: null,
        summary: `Repaired ${tally.repaired} of ${tally.found} faults of the file lake`,
        after: tally,
      }),
    );
  }
  return tally;
}

interface RecordInLake {
  readonly ingest_id: string;
  readonly lake_path: string | null;
  readonly hash_sha256: string | null;
  readonly body_sha256: string | null;
  readonly page_title: string | null;
  /** 1 = the record has the main text of a page, else 0. */
  readonly has_text: number;
}

/** The records that name a file, in the order of the primary key. */
async function* recordPages(session: Session): AsyncGenerator<RecordInLake[]> {
  let after: string | null = null;
  while (true) {
    const all = session.q
      .selectFrom('IngestRecords')
      .select(['ingest_id', 'lake_path', 'hash_sha256', 'body_sha256', 'page_title'])
      .select(textOrNone)
      .where('lake_path', 'is not', null)
      .orderBy('ingest_id');
    const rest: typeof all = after === null ? all : all.where('ingest_id', '>', after);
    const page: RecordInLake[] = await session.engine.take(rest, pageSize).execute();
    if (page.length > 0) yield page;
    if (page.length < pageSize) return;
    after = page.at(-1)?.ingest_id ?? null;
  }
}

/** Whether, not what: a page of records would hold the texts of as many pages. */
const textOrNone = sql<number>`case when page_text <> ${''} then 1 else 0 end`.as('has_text');

async function checkRecord(
  session: Session,
  record: RecordInLake,
  check: LakeCheck,
): Promise<LakeFinding | null> {
  const { ingest_id: ingestId, lake_path: lakePath } = record;
  const file = lakePath ?? '';
  const fault = await faultOf(record, file, check);
  if (!fault) return null;
  const repaired = check.fix ? await rewriteLakeFile(session, ingestId, check) : null;
  return { ...fault, path: file, ingestId, repaired };
}

async function faultOf(
  record: RecordInLake,
  file: string,
  { baseDir }: LakeCheck,
): Promise<Pick<LakeFinding, 'kind' | 'why'> | null> {
  const { ingest_id: ingestId, hash_sha256: hash, body_sha256: bodyHash } = record;
  const content = await readLakeFile(baseDir, file);
  if (content.kind === 'absent') return { kind: 'missing', why: 'is not there' };
  if (content.kind === 'unreadable') return { kind: 'damaged', why: content.why };
  if (content.ingestId !== ingestId.toLowerCase()) {
    return { kind: 'damaged', why: `is of another record, ${content.ingestId}` };
  }
  if (hash !== null && !payloadHasHash(content.payload, hash, bodyHash)) {
    return { kind: 'damaged', why: 'has another hash than its record' };
  }
  const hasText = content.pageText !== '';
  if (hasText !== (record.has_text === 1)) {
    const why = `has ${hasText ? 'a' : 'no'} main text, and its record has ${hasText ? 'none' : 'one'}`;
    return { kind: 'outdated', why };
  }
  return content.pageTitle === (record.page_title ?? '')
    ? null
    : { kind: 'outdated', why: 'has another title than its record' };
}

async function* filePages({ baseDir, graceMs = 600_000 }: LakeCheck): AsyncGenerator<LakeFile[]> {
  let page: LakeFile[] = [];
  for await (const file of lakeFiles(baseDir)) {
    if (file.ageMs < graceMs) continue;
    page.push(file);
    if (page.length < pageSize) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
