/** The group `paging` of the settings: how an address goes on to further pages, and where it ends. */
import { z } from 'zod';
import { grouped, wholeNumber } from '../common-settings.ts';
import type { FieldHint } from '../source-type.ts';
import { pathFault } from '../web/selector.ts';

const path = z
  .string('give a path as text')
  .trim()
  .superRefine((text, context) => {
    const fault = pathFault(text);
    if (fault) context.addIssue({ code: 'custom', message: fault });
  });

const parameter = z
  .string('give a name as text')
  .regex(/^[^\s=&#]{1,100}$/, 'give the name of a parameter');

const kinds = ['none', 'link', 'next', 'cursor', 'page', 'offset', 'last_row'] as const;
type Kind = (typeof kinds)[number];

/** Of addresses and cursors; that of entries has to be named. */
export const usualField = '$.next';

export const pagingSettings = z
  .strictObject({
    by: z.enum(kinds).default('none'),
    field: path.default(usualField),
    rows: path.optional(),
    parameter: parameter.default('page'),
    put_in: z.enum(['address', 'body']).default('address'),
    size_parameter: parameter.optional(),
    size: wholeNumber(1, 100_000).optional(),
    stop_field: path.optional(),
    stop_means: z.enum(['more', 'rows', 'pages']).default('more'),
    max_pages: wholeNumber(0, 1_000_000).default(100),
  })
  .prefault({})
  .superRefine((rules, context) => {
    const miss = (name: string, message: string) =>
      context.addIssue({ code: 'custom', path: [name], message });
    if (rules.by === 'offset' && rules.rows === undefined)
      miss('rows', 'is needed: the offset goes on by the entries that came');
    if (rules.stop_field !== undefined && rules.stop_means === 'rows' && rules.rows === undefined)
      miss('rows', 'is needed to count the entries so far');
    if (rules.size !== undefined && rules.size_parameter === undefined)
      miss('size_parameter', 'is needed to ask for so many');
  });
export type PagingRules = z.infer<typeof pagingSettings>;

const only = (...is: Kind[]) => ({ path: 'paging.by', is });
const numbered = only('cursor', 'page', 'offset', 'last_row');
const any = only('link', 'next', 'cursor', 'page', 'offset', 'last_row');

export const pagingHints: Readonly<Record<string, FieldHint>> = grouped('Paging', {
  'paging.by': {
    label: 'Further pages by',
    help: 'link: the Link header or rel=next. next: an address in the answer. cursor: a value in the answer. page: a number that counts up. offset: the number of entries so far. last_row: a value of the last entry.',
    widget: 'select',
  },
  'paging.field': {
    label: 'Path',
    help: 'Where the address (next), the cursor (cursor) or the value of each entry (last_row, such as $.items[*].id) is in the answer.',
    widget: 'text',
    placeholder: '$.meta.next_cursor',
    when: only('next', 'cursor', 'last_row'),
  },
  'paging.rows': {
    label: 'Entries',
    help: 'Where the entries of a page are. A page without any is the last, and so is one whose entries came before. Empty, pages that count up go by the only list of the answer.',
    widget: 'text',
    placeholder: '$.items',
    when: any,
  },
  'paging.parameter': {
    label: 'Parameter',
    help: 'What takes the cursor or number; of a JSON body also a path such as page.offset. It counts on from what the address or body of the seed has, else from page 1 or offset 0.',
    widget: 'text',
    placeholder: 'cursor',
    when: numbered,
  },
  'paging.put_in': {
    label: 'Parameter in',
    help: 'address: its query. body: what is sent by POST, JSON or a form as the seed has it.',
    widget: 'select',
    when: numbered,
  },
  'paging.size_parameter': {
    label: 'Parameter of the size',
    help: 'What takes the number of entries to ask for, such as limit. Seeds that have it keep theirs.',
    widget: 'text',
    placeholder: 'limit',
    when: any,
  },
  'paging.size': {
    label: 'Size of a page',
    help: 'Entries asked for at once. What counts on is how many came.',
    widget: 'number',
    when: any,
  },
  'paging.stop_field': {
    label: 'End told by',
    help: 'Where the answer says whether that was all, such as $.has_more or $.total; empty = it ends with an empty page.',
    widget: 'text',
    placeholder: '$.has_more',
    when: any,
  },
  'paging.stop_means': {
    label: 'Which is',
    help: 'more: whether there are more. rows: how many entries there are in all. pages: how many pages.',
    widget: 'select',
    when: any,
  },
  'paging.max_pages': {
    label: 'Pages',
    help: 'Pages that are read of one address; 0 = all of them. Item and run say when more were there.',
    widget: 'number',
    when: any,
  },
});
