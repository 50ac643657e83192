/**
 * The floors of `lib`, from the bottom: a folder (or a file that stands by itself) may import only what stands
 * before it in this list, types included. A new noun takes its place here.
 */
export const floors = [
  'errors',
  'json.ts',
  'json-text.ts',
  'threads',
  'canonical-json.ts',
  'ids.ts',
  'direction-marks.ts',
  'people-text.ts',
  'now.ts',
  'turns.ts',
  'app-settings.ts',
  'redact-secrets.ts',
  'clear-text.ts',
  'actor',
  'config',
  'disks',
  'log.ts',
  'paging',
  'filters',
  'exports',
  'audit',
  'idempotency',
  'events',
  'stops',
  'revisit',
  'egress',
  'hosts',
  'queue',
  'access',
  'workers',
  'source-types',
  'sources',
  'heavy-thread.ts',
  'load-config.ts',
  'runtime.ts',
  'notices',
  'quarantine',
  'records',
  'recrawl',
  'runs',
  'items',
  'previews',
  'schedules',
  'forecast',
  'totals',
  'metrics',
  'report',
  'retention',
  'storage',
  'alerts',
  'preferences',
  'views',
  'search',
  'smoke',
  'health',
  'monitoring',
  'api',
] as const;

const rank = new Map<string, number>(floors.map((floor, at) => [floor, at]));

/** `queue` of `lib/queue/claim/claim.ts`, `ids.ts` of `lib/ids.ts`; null outside `lib`. */
const floorOf = (file: string): string | null => /^lib\/([^/]+)/.exec(file)?.[1] ?? null;

/** What is wrong with an import from one file of `lib` to another, in a sentence; null when it is allowed. */
export function floorFault(from: string, to: string): string | null {
  const [upper, lower] = [floorOf(from), floorOf(to)];
  if (upper === null || lower === null || upper === lower) return null;
  for (const floor of [upper, lower]) {
    if (!rank.has(floor)) {
      return `lib/${floor} has no place among the floors: give it one in scripts/support/floors.ts`;
    }
  }
  if ((rank.get(lower) ?? 0) < (rank.get(upper) ?? 0)) return null;
  return `lib/${upper} may not import lib/${lower}, which stands above it (scripts/support/floors.ts)`;
}
