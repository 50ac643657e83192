'use client';
/** CompareWith: chooses the other one of two fetches of a resource; the address keeps it. */
import { useRouter } from 'next/navigation';
import { formatUtc } from '#app/ui/num.tsx';
import { SelectField } from '#app/ui/select-field.tsx';
import type { Held } from '#lib/quarantine/read.ts';
import type { Fetch } from '#lib/records/detail.ts';

export function CompareWith({
  ingestId,
  chosen,
  fetches,
  isCut,
  held,
}: {
  readonly ingestId: string;
  readonly chosen: string | null;
  /** The others, newest first. */
  readonly fetches: readonly Fetch[];
  /** There are more than those. */
  readonly isCut: boolean;
  /** Those that are not current, by their ids. */
  readonly held: Readonly<Record<string, Held>>;
}) {
  const router = useRouter();
  return (
    <SelectField
      label="Compared with the fetch of"
      help={
        isCut
          ? 'The newest are offered; an older one is compared from its own page.'
          : 'Any fetch of this resource that brought something new.'
      }
      className="min-w-64 max-w-sm"
      options={fetches.map((fetch) => ({
        value: fetch.ingestId,
        label: formatUtc(fetch.fetchedAt),
        description: `HTTP ${fetch.statusCode}, ${wordOf(held[fetch.ingestId])}${fetch.ingestId}`,
      }))}
      {...(chosen === null ? {} : { value: chosen })}
      onChange={(other) =>
        router.push(`/records/${ingestId}?tab=changes&with=${encodeURIComponent(other)}`, {
          scroll: false,
        })
      }
    />
  );
}

const wordOf = (held: Held | undefined) =>
  held === undefined ? '' : held.state === 'open' ? 'held, ' : 'discarded, ';
