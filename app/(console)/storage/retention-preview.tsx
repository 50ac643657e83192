'use client';
/** What a round of retention would delete now, counted when it is asked for. */
import { useState } from 'react';
import { ErrorBanner } from '#app/ui/banner.tsx';
import { Button } from '#app/ui/button.tsx';
import { formatBytes, formatCount } from '#app/ui/num.tsx';
import { TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { useAction } from '#app/ui/use-action.ts';
import type { RetentionPreview as Preview } from '#lib/retention/preview.ts';
import { previewRetentionAction } from './actions.ts';

const dayMs = 24 * 3_600_000;

export function RetentionPreview() {
  const [previews, setPreviews] = useState<readonly Preview[] | null>(null);
  const count = useAction(previewRetentionAction, {
    onDone: setPreviews,
    showsError: true,
    refreshes: false,
  });
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <Button isPending={count.isPending} onPress={() => count.run({})}>
          {previews === null ? 'Count what would go' : 'Count again'}
        </Button>
        <p className="text-xs text-ink-2">
          Reads along the indexes that the purge walks, and deletes nothing. Bodies and files of the
          lake are not counted.
        </p>
      </div>
      <ErrorBanner error={count.error} />
      {previews === null ? null : <Counted previews={previews} />}
    </div>
  );
}

function Counted({ previews }: { readonly previews: readonly Preview[] }) {
  const going = previews.filter(({ rows }) => rows > 0);
  if (going.length === 0) {
    return (
      <p role="status" className="text-sm text-ink-2">
        Nothing is old enough to go.
      </p>
    );
  }
  const bytes = going.reduce((sum, one) => sum + one.bytes, 0);
  return (
    <TableRegion label="What retention would delete" isDense>
      <Thead>
        <tr>
          <Th>What</Th>
          <Th>Source</Th>
          <Th align="right">Older than</Th>
          <Th align="right">Rows</Th>
          <Th align="right">About</Th>
        </tr>
      </Thead>
      <tbody>
        {going.map(({ kind, source, olderThanMs, rows, isAtLeast, bytes: ofKind }) => (
          <Tr key={`${kind} ${source ?? ''}`}>
            <Td>{kind}</Td>
            <Td>{source === undefined ? 'all' : <bdi>{source}</bdi>}</Td>
            <Td align="right" className="num">
              {Math.round(olderThanMs / dayMs)} days
            </Td>
            <Td align="right" className="num">
              {isAtLeast ? 'more than ' : ''}
              {formatCount(rows)}
            </Td>
            <Td align="right" className="num">
              {formatBytes(ofKind)}
            </Td>
          </Tr>
        ))}
        <Tr>
          <Td className="font-medium">All</Td>
          <Td />
          <Td />
          <Td />
          <Td align="right" className="num font-medium">
            {formatBytes(bytes)}
          </Td>
        </Tr>
      </tbody>
    </TableRegion>
  );
}
