import { createElement as h } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { Foreign } from './foreign-text.tsx';
import { ActionsTh, SortHeader, TableRegion, Th, Thead } from './table.tsx';

const styleOf = (...children: Parameters<typeof h>[2][]) =>
  /style="([^"]*)"/.exec(
    renderToStaticMarkup(h(TableRegion, { label: 'Things' } as never, ...children)),
  )?.[1] ?? '';

test('the cards of a phone take the names of their lines from the headers', () => {
  const style = styleOf(
    h(
      Thead,
      null as never,
      h(
        'tr',
        null,
        h(Th, null, h('input', { type: 'checkbox', readOnly: true })),
        h(Th, null, 'Stale ', 30, ' d'),
        [h(SortHeader, { key: 'a', direction: null, onSort: () => undefined } as never, 'Fetched')],
        false,
        h(Th, null, h(Foreign, { text: 'Bytes' }), h('span', { className: 'sr-only' }, ' in all')),
        h(ActionsTh),
      ),
    ),
    h('tbody'),
  );
  expect(style.replaceAll('&quot;', '"')).toBe(
    '--inset-1:0;--column-2:"Stale 30 d";--column-3:"Fetched";--column-4:"Bytes";--inset-5:0',
  );
});

test('names with quotes stay within theirs', () => {
  const row = h('tr', null, h(Th, null, 'a "b" \\ c'));
  expect(styleOf(h(Thead, null as never, row)).replaceAll('&quot;', '"')).toBe(
    '--column-1:"a \\"b\\" \\\\ c"',
  );
});
