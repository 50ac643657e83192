import { expect, test } from 'vitest';
import { markdownTable as table } from '#test/markdown-table.ts';
import { itemChanges } from './changes/registry.ts';
import { filters, itemFilters } from './list/filters/registry.ts';

const code = (words: readonly string[]) => words.map((word) => `\`${word}\``).join(', ');

/** `held` is how it is stored. */
const standingInWords = (standing: string) =>
  standing === 'on_hold' ? 'on hold' : standing.replace('_', ' ');

const examplesOf = (name: string) => {
  const filter = filters.find((one) => one.name === name);
  if (filter?.options) return code(filter.options.map(({ value }) => value));
  if (filter?.kind === 'flag') return '`1`';
  if (itemFilters.spans.some((span) => span.name === name)) {
    return '`yesterday`, `last 7 days`, `<30d`, `2026-01-01..2026-01-31`';
  }
  if (filter?.kind === 'date') return '`2026-01-31`, `2026-01-31T09:15:00Z`';
  return filter?.examples ? code(filter.examples) : '';
};

/** A span lasts where its ends do. */
const lasts = (name: string) => {
  const end = itemFilters.spans.find((span) => span.name === name)?.from ?? name;
  return filters.find((one) => one.name === end)?.lasts === true;
};

const document = `# Work items: filters and changes

How the list of work items is narrowed, and what a person can do to items. Both tables are written from the
registries that the console follows (\`lib/items/list/filters\`, \`lib/items/changes\`); a test compares the two
(\`vitest run --project unit lib/items/items-document -u\` writes them anew).

## Filters

In the address of the list, \`/work-items?status=failed&stale=30\`, in exports
(\`/api/export/work-items?format=csv&…\`) and in saved views. Filters hold together. A value that is not understood is
ignored by the list, which says so, and refused by an export and a bulk action. A bulk action over a filter is
frozen when it is confirmed: items that begin to match later are left alone, and so are items that changed since,
unless all that is asked for **lasts**, which neither work nor a person changes.

The box above the list takes the same as text, as that of every list does: \`status:failed updated:yesterday\`,
\`http:500\` or \`500\`, \`fetched:"last 7 days"\`, \`stale:30d\`. A name is that of the parameter, its label or another
one, with or without the marks around several words; what has no name is searched for as text. Times are those of the
calendar of the reader's time zone (programs: UTC) and stay as they were written in addresses and saved views:
\`yesterday\`, \`last week\`, \`last 7 days\`, \`<30d\` (less than 30 days ago), \`>30d\`, \`2026-01-31\`, \`2026-01\`,
\`2026-01-01..2026-01-31\`, \`since 2026-01-31\`. A bulk action fixes them when it is confirmed.

${itemFilters.words.groups
  .map(
    ({ title, filters: group }) =>
      `### ${title}\n\n${table(
        ['Parameter', 'Label', 'What it finds', 'Such as', 'Lasts'],
        group.map(({ name, label, help }) => [
          `\`${name}\``,
          label,
          help,
          examplesOf(name),
          lasts(name) ? 'yes' : '',
        ]),
      )}`,
  )
  .join('\n\n')}

## Changes

Of one item on its page, of selected rows, and of all items of a filter in the background. Items that a change does
not take are left and counted by their reason; every change is recorded in the audit log in the same transaction.
A bulk action can be tried dry, slowed, stopped and undone; undoing leaves items that have moved on since.

${table(
  ['Change', 'In the audit log', 'Takes', 'What becomes of the items'],
  itemChanges.map(({ action, label, takes, takesRetired, words, fields }) => [
    label,
    `\`work-items.${action.replaceAll('_', '-')}\``,
    takes.length > 5
      ? 'every status, retired ones too'
      : `${takes.map(standingInWords).join(', ')}${takesRetired ? ', retired ones too' : ''}`,
    fields
      ? `asks for: ${fields.map((field) => field.label.toLowerCase()).join(', ')}`
      : promised(words.promise),
  ]),
)}
`;

/** Of a change that asks for nothing: its promise needs no choice. */
function promised(promise: (change: never) => string): string {
  return (promise as () => string)();
}

test('the document of filters and changes says what the registries say', async () => {
  await expect(document).toMatchFileSnapshot('../../docs/work-items.md');
});
