/** What hosts showed of themselves when they were connected to, noted for the alert rules. */
import { type NotedCertificates, recordCertificates } from '#lib/hosts/certificates.ts';
import type { PipelineContext } from './pipeline/context.ts';

export function notingCertificates({ db, http }: Pick<PipelineContext, 'db' | 'http'>) {
  const noted: NotedCertificates = new Map();
  return {
    what: 'note the certificates of hosts',
    everyMs: 60_000,
    run: () => recordCertificates(db, http.takeCertificates?.() ?? [], noted),
  };
}
