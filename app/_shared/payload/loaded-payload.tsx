'use client';
/** LoadedPayload: the text of a payload as a tree, where it is JSON, or as it was received. */
import { useCallback, useMemo, useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { CopyButton } from '#app/ui/copy.tsx';
import { cx } from '#app/ui/cx.ts';
import { countOf } from '#app/ui/num.tsx';
import { parseWritten } from '#lib/json-text.ts';
import { findInText, rowAt, textRows } from '#lib/records/viewer/text-rows.ts';
import { FindBar, Marked, useFound } from './find.tsx';
import { JsonTree } from './json-tree.tsx';
import { rowHeight, useRowsInView } from './use-rows-in-view.ts';

export default function LoadedPayload({
  text,
  maxHeight,
}: {
  readonly text: string;
  readonly maxHeight: string;
}) {
  const value = useMemo(() => parseWritten(text), [text]);
  const [shape, setShape] = useState<'tree' | 'text'>('tree');
  const switcher =
    value === undefined ? null : (
      <fieldset aria-label="Shape" className="flex">
        {(['tree', 'text'] as const).map((name) => (
          <Button
            key={name}
            size="sm"
            variant={shape === name ? 'secondary' : 'quiet'}
            aria-pressed={shape === name}
            onPress={() => setShape(name)}
          >
            {name === 'tree' ? 'Tree' : 'As received'}
          </Button>
        ))}
      </fieldset>
    );
  return (
    <div className="flex min-w-0 flex-col gap-2">
      {value === undefined || shape === 'text' ? (
        <TextView text={text} maxHeight={maxHeight} switcher={switcher} />
      ) : (
        <JsonTree root={value} maxHeight={maxHeight} switcher={switcher} />
      )}
    </div>
  );
}

/** A text of any size with the numbers of its lines; the page holds the rows in view. */
function TextView({
  text,
  maxHeight,
  switcher,
}: {
  readonly text: string;
  readonly maxHeight: string;
  /** Stands at the start of the toolbar. */
  readonly switcher: React.ReactNode;
}) {
  const rows = useMemo(() => textRows(text), [text]);
  const view = useRowsInView<HTMLElement>(rows.length);
  const [stoodOn, setStoodOn] = useState<number | null>(null);
  const find = useCallback((wanted: string) => findInText(text, wanted), [text]);
  const found = useFound<number>(find, (character) => {
    const row = rowAt(rows, character);
    setStoodOn(row);
    view.show(row);
  });
  const lines = rows.reduce((count, row) => (row.line === null ? count : count + 1), 0);
  return (
    <>
      <div className="flex flex-wrap items-center gap-2">
        {switcher}
        <FindBar found={found} />
        <div className="ml-auto flex items-center gap-2">
          <span className="text-xs text-ink-3">{countOf(lines, 'line')}</span>
          <CopyButton label="Copy all" textOf={() => text} />
        </div>
      </div>
      <section
        ref={view.frame}
        aria-label="Payload"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
        tabIndex={0}
        onScroll={view.onScroll}
        style={{ maxHeight }}
        className="mono overflow-auto rounded border bg-inset py-1"
      >
        <div style={{ height: rows.length * rowHeight }} className="relative">
          {rows.slice(view.from, view.to).map((row, at) => {
            const index = view.from + at;
            return (
              <div
                key={row.from === row.to ? `empty ${index}` : row.from}
                style={{ top: index * rowHeight }}
                className={cx(
                  'absolute flex h-[22px] min-w-full items-center whitespace-pre pr-3',
                  index === stoodOn && 'bg-selected',
                )}
              >
                <span className="num w-14 shrink-0 select-none pr-3 text-right text-ink-3">
                  {row.line}
                </span>
                <span className="text-ink">
                  <Marked
                    text={text.slice(row.from, row.to)}
                    find={found.isLooking ? '' : found.text}
                  />
                </span>
              </div>
            );
          })}
        </div>
      </section>
    </>
  );
}
