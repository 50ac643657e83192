/** RowFacts: the path of a row and its value in full, both to be copied. */
import { formatCount } from '#app/ui/num.tsx';
import {
  isContainer,
  jsonPathText,
  pathOf,
  sizeOf,
  type TreeRow,
} from '#lib/records/viewer/json-tree.ts';
import { CopyButton } from './copy-button.tsx';

/** What a row of the tree cuts off stands here. */
const longText = 80;
const longestShown = 20_000;

export function RowFacts({ row }: { readonly row: TreeRow }) {
  const { value } = row;
  const path = jsonPathText(pathOf(row));
  const isLong = typeof value === 'string' && (value.length > longText || value.includes('\n'));
  return (
    <div className="border-t bg-surface">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-1">
        <span title={path} className="mono min-w-0 flex-1 basis-40 truncate text-ink-2">
          {path}
        </span>
        <span className="text-xs text-ink-3">{kindOf(row)}</span>
        <span className="flex gap-1">
          <CopyButton label="Copy path" textOf={() => path} />
          <CopyButton
            label="Copy value"
            textOf={() => (typeof value === 'string' ? value : JSON.stringify(value, null, 2))}
          />
        </span>
      </div>
      {isLong ? (
        <section
          aria-label="Whole value"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
          tabIndex={0}
          className="mono max-h-40 overflow-auto whitespace-pre-wrap wrap-anywhere border-t px-3 py-2 leading-5 focus-visible:outline-offset-[-2px]"
        >
          {value.slice(0, longestShown)}
          {value.length > longestShown ? (
            <span className="text-ink-3"> … {formatCount(value.length - longestShown)} more</span>
          ) : null}
        </section>
      ) : null}
    </div>
  );
}

function kindOf({ value }: TreeRow): string {
  if (isContainer(value)) {
    return Array.isArray(value)
      ? `list of ${formatCount(value.length)}`
      : `object of ${formatCount(sizeOf(value))}`;
  }
  if (typeof value === 'string') return `text, ${formatCount(value.length)} characters`;
  return value === null ? 'null' : typeof value === 'number' ? 'number' : 'true or false';
}
