/**
 * JsonView: a JSON value as a tree whose branches fold. It works without scripts and draws only what
 * is open down to `openDepth`; long texts and long lists are cut with their size said.
 */
import type { JsonValue } from '#lib/json.ts';
import { formatCount } from './num.tsx';

const longestText = 2000;
const mostEntries = 200;

export function JsonView({
  label,
  value,
  openDepth = 2,
  maxHeight = '32rem',
}: {
  readonly label: string;
  readonly value: JsonValue;
  readonly openDepth?: number;
  readonly maxHeight?: string;
}) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
      tabIndex={0}
      style={{ maxHeight }}
      className="mono overflow-auto rounded border bg-inset p-3 leading-5"
    >
      <Node value={value} depth={0} openDepth={openDepth} />
    </section>
  );
}

interface NodeProps {
  readonly name?: string;
  readonly value: JsonValue;
  readonly depth: number;
  readonly openDepth: number;
}

function Node({ name, value, depth, openDepth }: NodeProps) {
  if (value === null || typeof value !== 'object') {
    return (
      <div className="pl-4">
        <Name name={name} />
        <Scalar value={value} />
      </div>
    );
  }
  const isList = Array.isArray(value);
  const entries: [string, JsonValue][] = isList
    ? value.map((entry, at) => [String(at), entry])
    : Object.entries(value);
  const size = `${formatCount(entries.length)} ${isList ? 'in list' : 'keys'}`;
  if (entries.length === 0) {
    return (
      <div className="pl-4">
        <Name name={name} />
        <span className="text-ink-3">{isList ? '[ ]' : '{ }'}</span>
      </div>
    );
  }
  return (
    <details open={depth < openDepth} className="group/node pl-4">
      <summary className="-ml-4 list-none rounded-sm hover:bg-hover [&::-webkit-details-marker]:hidden">
        <span aria-hidden className="inline-block w-4 text-ink-3 group-open/node:hidden">
          ▸
        </span>
        <span aria-hidden className="hidden w-4 text-ink-3 group-open/node:inline-block">
          ▾
        </span>
        <Name name={name} />
        <span className="text-ink-3">{size}</span>
      </summary>
      {entries.slice(0, mostEntries).map(([key, entry]) => (
        <Node key={key} name={key} value={entry} depth={depth + 1} openDepth={openDepth} />
      ))}
      {entries.length > mostEntries ? (
        <div className="pl-4 text-ink-3">… {formatCount(entries.length - mostEntries)} more</div>
      ) : null}
    </details>
  );
}

function Name({ name }: { readonly name: string | undefined }) {
  return name === undefined ? null : <span className="text-ink-2">{name}: </span>;
}

function Scalar({ value }: { readonly value: string | number | boolean | null }) {
  if (typeof value !== 'string') return <span className="text-accent">{String(value)}</span>;
  const cut = value.length > longestText;
  return (
    <span className="whitespace-pre-wrap wrap-anywhere text-ink">
      {cut ? value.slice(0, longestText) : value}
      {cut ? <span className="text-ink-3"> … {formatCount(value.length)} characters</span> : null}
    </span>
  );
}
