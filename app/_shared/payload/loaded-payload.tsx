'use client';
/** LoadedPayload: the text of a payload as a tree, where it is JSON, or as it was received. */
import { useMemo, useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { parseJson } from '#lib/json.ts';
import { JsonTree } from './json-tree.tsx';
import { TextView } from './text-view.tsx';

export default function LoadedPayload({
  text,
  maxHeight,
}: {
  readonly text: string;
  readonly maxHeight: string;
}) {
  const value = useMemo(() => parseJson(text), [text]);
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
