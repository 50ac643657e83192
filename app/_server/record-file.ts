/** Files of one record: for people who are signed in, or why there is none. */
import { recordDownload } from '#lib/audit/record-download.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { requireReadable } from '#lib/records/readable.ts';
import { requireClean } from '#lib/records/scan.ts';
import { getRuntime, type Runtime } from '#lib/runtime.ts';
import { settle } from './action.ts';
import { actorOrThrow } from './actor.ts';
import { refuseDownload } from './download.ts';
import { chargeSession } from './request-limits.ts';

/** Payloads may have many megabytes. */
const fileCost = 5;

interface RecordFile<T> {
  /** Null when there is none. */
  readonly read: (db: Runtime['db'], ingestId: string) => Promise<T | null>;
  /** For the audit log: `the payload of a record`. */
  readonly what: string;
  /** For a person. */
  readonly missing: string;
  /** What leaves. */
  readonly content: (data: T) => Uint8Array | string;
  readonly file: (data: T, ingestId: string) => Response;
}

/** The handler of a route below `/records/[ingestId]`. */
export const recordFileRoute =
  <T>({ read, what, missing, content, file }: RecordFile<T>) =>
  async (
    _request: Request,
    { params }: { readonly params: Promise<{ ingestId: string }> },
  ): Promise<Response> => {
    const result = await settle(async () => {
      const actor = await actorOrThrow();
      chargeSession(actor, fileCost);
      const { ingestId } = await params;
      const { db, config } = await getRuntime();
      await requireReadable(db, actor, ingestId);
      const data = await read(db, ingestId);
      if (data === null) throw new AppError('not_found', missing);
      await requireClean(db, actor, { ingestId, content: content(data), scanner: config.scanner });
      await recordDownload(db, actor, { targetType: 'record', targetId: ingestId, what });
      return file(data, ingestId);
    });
    return result.ok ? result.data : refuseDownload(result.error);
  };
