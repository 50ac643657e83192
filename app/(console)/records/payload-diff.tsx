/** PayloadDiff: what changed from one fetch to the next, path by path. */
import type { ReactNode } from 'react';
import { Banner } from '#app/ui/banner.tsx';
import { countOf, formatCount } from '#app/ui/num.tsx';
import { EmptyState } from '#app/ui/states.tsx';
import { Badge, type Tone } from '#app/ui/status-badge.tsx';
import { TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import type { JsonValue } from '#lib/json.ts';
import type { RecordDetail } from '#lib/records/detail.ts';
import { diffJson, type JsonChange } from '#lib/records/diff.ts';

const tones: Record<JsonChange['kind'], Tone> = {
  added: 'done',
  removed: 'failed',
  changed: 'warn',
};

export function PayloadDiff({
  before,
  after,
}: {
  readonly before: RecordDetail | null;
  readonly after: RecordDetail;
}) {
  if (before === null) {
    return (
      <EmptyState title="This is the first fetch of the resource">
        Recrawl its work item; when the source has changed, the difference stands here.
      </EmptyState>
    );
  }
  const { changes, truncated } = diffJson(comparedValue(before), comparedValue(after));
  if (changes.length === 0) {
    return (
      <EmptyState title="Nothing in the payload changed">
        Both fetches brought the same content.
      </EmptyState>
    );
  }
  return (
    <div className="flex flex-col gap-2">
      <p className="text-xs text-ink-2">{countOf(changes.length, 'change')}</p>
      {truncated ? (
        <Banner title={`Only the first ${formatCount(changes.length)} changes are shown`} />
      ) : null}
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
            <Tr key={`${change.kind} ${JSON.stringify(change.path)}`} className="align-top">
              <Td className="align-top">
                <Badge tone={tones[change.kind]}>{change.kind}</Badge>
              </Td>
              <Td className="mono max-w-80 py-1.5 align-top wrap-anywhere">
                {pathInWords(change.path)}
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
    </div>
  );
}

const comparedValue = ({ payload }: RecordDetail): JsonValue =>
  payload.kind === 'json' ? payload.value : payload.text;

const pathInWords = (path: JsonChange['path']) =>
  path.length === 0
    ? 'the whole payload'
    : path
        .map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
        .join('')
        .replace(/^\./, '');

const longestShown = 600;

/** A value; of long texts only the surroundings of the difference. */
function Value({
  value,
  other,
}: {
  readonly value: JsonValue | undefined;
  readonly other: JsonValue | undefined;
}): ReactNode {
  if (value === undefined) return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 1);
  const from =
    typeof value === 'string' && typeof other === 'string'
      ? Math.max(0, commonStart(value, other) - 80)
      : 0;
  const shown = text.slice(from, from + longestShown);
  return (
    <span className="mono block whitespace-pre-wrap wrap-anywhere">
      {from > 0 ? <span className="text-ink-3">… </span> : null}
      {shown}
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
