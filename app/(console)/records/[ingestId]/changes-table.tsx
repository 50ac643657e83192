/** ChangesTable: changes of a JSON document, one a row. */
import type { ReactNode } from 'react';
import { formatCount } from '#app/ui/num.tsx';
import { Badge, type Tone } from '#app/ui/status-badge.tsx';
import { TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import type { WrittenJson } from '#lib/json.ts';
import type { JsonChange } from '#lib/records/diff.ts';
import { jsonPathText } from '#lib/records/viewer/json-tree.ts';

const tones: Record<JsonChange['kind'], Tone> = {
  added: 'done',
  removed: 'failed',
  changed: 'warn',
};

export default function ChangesTable({ changes }: { readonly changes: readonly JsonChange[] }) {
  return (
    <TableRegion label="Changes" maxHeight="40rem">
      <Thead>
        <tr>
          <Th>Change</Th>
          <Th>Path</Th>
          <Th>Before</Th>
          <Th>After</Th>
        </tr>
      </Thead>
      <tbody>
        {changes.map((change) => (
          <Tr key={`${change.kind} ${jsonPathText(change.path)}`} className="align-top">
            <Td className="align-top">
              <Badge tone={tones[change.kind]}>{change.kind}</Badge>
            </Td>
            <Td className="mono max-w-80 py-1.5 align-top wrap-anywhere">
              {change.path.length === 0 ? 'the whole payload' : jsonPathText(change.path)}
            </Td>
            <Td className="max-w-96 py-1.5 align-top">
              <Value value={change.before} other={change.after} />
            </Td>
            <Td className="max-w-96 py-1.5 align-top">
              <Value value={change.after} other={change.before} />
            </Td>
          </Tr>
        ))}
      </tbody>
    </TableRegion>
  );
}

const longestShown = 600;

/** A value; of long texts only the surroundings of the difference. */
function Value({
  value,
  other,
}: {
  readonly value: WrittenJson | undefined;
  readonly other: WrittenJson | undefined;
}): ReactNode {
  if (value === undefined) return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 1);
  const from =
    typeof value === 'string' && typeof other === 'string'
      ? Math.max(0, commonStart(value, other) - 80)
      : 0;
  return (
    <span className="mono block whitespace-pre-wrap wrap-anywhere">
      {from > 0 ? <span className="text-ink-3">… </span> : null}
      {text.slice(from, from + longestShown)}
      {text.length > from + longestShown ? (
        <span className="text-ink-3"> … {formatCount(text.length)} characters</span>
      ) : null}
    </span>
  );
}

function commonStart(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a[at] === b[at]) at += 1;
  return at;
}
