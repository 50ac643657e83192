/** TargetLink: from an entry of the log to what it changed, and so to the way back where there is one. */
import { Link } from '#app/ui/link.tsx';
import type { AuditRecord } from '#lib/audit/record-audit.ts';

const targets: Readonly<Record<string, readonly [words: string, href: (id: string) => string]>> = {
  'bulk-action': ['Open the background action', (id) => `/bulk-actions/${id}`],
  'work-item': ['Open the item', (id) => `/work-items/${id}`],
  record: ['Open the record', (id) => `/records/${id}`],
  run: ['Open the run', (id) => `/runs/${id}`],
  schedule: ['Open the schedules', () => '/schedules'],
  source: [
    'Compare its revisions, and roll back',
    (id) => `/sources/${encodeURIComponent(id)}?tab=revisions`,
  ],
};

export function TargetLink({
  entry: { action, targetType, targetId },
}: {
  readonly entry: AuditRecord;
}) {
  const target = targets[targetType];
  if (!target || targetId === null || action.endsWith('.delete')) return null;
  const [words, href] = target;
  return (
    <Link href={href(targetId)} className="link inline-flex min-h-6 items-center text-xs">
      {words}
    </Link>
  );
}
