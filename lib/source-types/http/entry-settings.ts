/** The group `entries` of the settings: each entry of a list as an item of its own. */
import { z } from 'zod';
import { grouped } from '../common-settings.ts';
import type { FieldHint } from '../source-type.ts';
import { pathFault } from '../web/selector.ts';

const path = z
  .string('give a path as text')
  .trim()
  .superRefine((text, context) => {
    const fault = pathFault(text);
    if (fault) context.addIssue({ code: 'custom', message: fault });
  });

export const entrySettings = z
  .strictObject({
    key: path.optional(),
    rows: path.optional(),
    unlisted: z.enum(['gone', 'kept']).default('gone'),
  })
  .prefault({});

export const entryHints: Readonly<Record<string, FieldHint>> = grouped('Entries', {
  'entries.key': {
    label: 'Key of an entry',
    help: 'Where an entry has what names it, such as $.id. Each entry of a JSON list or of JSON Lines is an item of its own then, with its history, read from what is stored of the list. Empty = lists are stored as they come.',
    widget: 'text',
    placeholder: '$.id',
  },
  'entries.rows': {
    label: 'Where they are',
    help: 'Empty = where Paging says, else the answer is the list.',
    widget: 'text',
    placeholder: '$.items',
  },
  'entries.unlisted': {
    label: 'No longer listed',
    help: 'gone: missing at the source; its records are kept. kept: nothing, for lists that hold the latest only.',
    widget: 'select',
  },
});
