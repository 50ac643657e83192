/** Checks a value of any list's filters as the server will read it. Loaded with the open list of the box. */

import { alertFilters } from '#lib/alerts/alert-filters.ts';
import { auditFilters } from '#lib/audit/audit-filters.ts';
import type { ListWords } from '#lib/filters/filter.ts';
import { readSpan, spanRemedy } from '#lib/filters/spans.ts';
import type { CheckValue } from '#lib/filters/typed.ts';
import type { LocalClock } from '#lib/filters/zones.ts';
import { hostFilters } from '#lib/hosts/host-filters.ts';
import { bulkFilters } from '#lib/items/bulk/bulk-filters.ts';
import { itemFilters } from '#lib/items/list/filters/registry.ts';
import { failureFilters } from '#lib/metrics/failure-filters.ts';
import type { ParameterProblem, RawParameters } from '#lib/paging/parameters.ts';
import { recordFilters } from '#lib/records/record-filters.ts';
import { runFilters } from '#lib/runs/run-filters.ts';
import { scheduleFilters } from '#lib/schedules/schedule-filters.ts';
import { sourceFilters } from '#lib/sources/source-filters.ts';
import { workerFilters } from '#lib/workers/worker-filters.ts';
import type { ListName } from './list-names.ts';

interface Checked {
  readonly words: ListWords;
  read(raw: RawParameters, clock: LocalClock): { readonly problems: readonly ParameterProblem[] };
  readonly spans: readonly { readonly name: string }[];
  readonly filters: readonly {
    readonly name: string;
    readonly schema: {
      safeParse(value: string): {
        readonly success: boolean;
        readonly error?: { readonly issues: readonly { readonly message: string }[] } | undefined;
      };
    };
  }[];
}

const sets: Readonly<Record<ListName, Checked>> = {
  'work-items': itemFilters,
  runs: runFilters,
  sources: sourceFilters,
  schedules: scheduleFilters,
  records: recordFilters,
  hosts: hostFilters,
  workers: workerFilters,
  failures: failureFilters,
  audit: auditFilters,
  'bulk-actions': bulkFilters,
  alerts: alertFilters,
};

export const filtersOf = (list: ListName): Checked => sets[list];

export const checkOf =
  (list: ListName, clock: LocalClock): CheckValue =>
  (name, value) => {
    const set = sets[list];
    if (set.spans.some((span) => span.name === name)) {
      return readSpan(value, clock) === null ? spanRemedy : null;
    }
    const read = set.filters.find((filter) => filter.name === name)?.schema.safeParse(value);
    if (read === undefined || read.success) return null;
    return read.error?.issues[0]?.message ?? 'is not understood';
  };
