import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { commonHints } from './common-settings.ts';
import { listSourceTypes } from './registry.ts';
import type { FieldHint, SourceType } from './source-type.ts';

const document = (settings: string) => `# Source types

What a source can be told, and what the parts of a type may rely on. The README shows a complete small type
and how one is added. The tables below are written from the types' schemas, as the console's form is; a test
compares the two (\`vitest run --project unit lib/source-types/settings-document -u\` writes them anew).

## The parts of a type

- **Settings and seeds** are zod schemas in YAML names; each field has a label and a help. What they refuse is
  shown beside the field in the console, with file and line for a YAML file.
- **\`seedItems(context, seed)\`** is pure. The resource id is unique within source and resource type, and the
  same seed gives the same ids again: the queue knows what it has seen.
- **\`fetch(item, context)\`** asks through an exchange (\`web/exchange.ts\`): it waits politely before each request
  but the first, keeps the facts of every response (final address, redirects, HTTP version, remote address, times,
  bytes decoded and on the wire, the budget it reports), redacts credentials and turns what the HTTP client
  throws into an outcome. \`web/\` has what every type that speaks to web servers needs: robots.txt, conditional
  requests, addresses and their canonical form, headers, bodies, refusals. An item ends as
  - \`fetched\`: payload, the text as received when it was no JSON, the projection whose change counts, validators;
  - \`unchanged\`: the source says so (304, the same revision, or a list of changes without it);
  - \`alias\`: another name of a resource, which is enqueued at the same depth; the links of what was sent count;
  - \`error\` with a code; [retries.md](retries.md) says what is done then.

  Anything else, a fault that nobody caught and an attempt beyond its deadline fail the attempt, and nothing but it.
- **\`batch\`**, where one request can ask for many items: how many of a kind are claimed together, and their
  outcomes in the order given. Null gives an item back unasked, its attempt uncounted.
- **\`discover(item, payload, context, answer, leave)\`** is pure, and runs in a thread where the payload is large: what it leads to. \`isHop: false\` marks what
  is no link (further pages, results); \`changedAt\` is when the item changed last, as its site says, and makes a
  known item due that was fetched before; \`revision\` does the same where it is not the one it was fetched as. Depth, budget and duplicates are up to the pipeline.
  \`leave(reason, count)\` notes what is left out: the attempt and, unless it is everyday, the log of the run tell it.
- **\`context.stored(resource)\`** gives what is stored of a resource of the source, the newest first; **\`revisitMs\`** of an
  outcome says when its item is due again where the source itself knows.
- **\`context.keepDistance(ms)\`** reports the delay a site itself asks for, **\`context.budget()\`** says what it last
  reported as left of ours.

## Bounds on what is read

What a server sent is parsed where it can do no harm: at once where that takes some milliseconds whatever it holds,
else in a thread of its own, which is ended after 10 s of work, a minute by the clock, or when it has 384 MB of heap in use (garbage included, 640). What it makes
of an answer is bounded there, before it is sent to the process. Beyond a bound one attempt fails with its code, and nobody else waits.

| what | bound | beyond it |
| --- | --- | --- |
| a body, as sent and unpacked | 32 MiB; a sitemap 50 MiB | \`egress_too_large\` |
| headers | 64 KiB | \`egress_response_invalid\` |
| content codings | 5 layers | \`egress_encoding_unknown\` |
| a page | 256 elements inside one another, 500 attributes of one, 300,000 nodes | deeper elements are siblings; the page is read as far as it goes |
| title and main text of a page | 60,000 nodes, 1,000,000 levels together, 1,000,000 characters | the text as far as it goes, or the title alone; the page is stored anyway |
| links of a page; addresses of a JSON document by each path | 20,000; 50,000 | the first ones, and a word |
| sitemaps that list sitemaps | 5 inside one another | not followed, and a word |
| JSON of the type \`http\` | 64 MiB, 2,000,000 values, 512 levels | \`payload_too_complex\` |
| JSON of a known API | 8 MiB, 50,000 values, 512 levels | \`payload_too_complex\`; fewer are asked for at once |
| XML of a sitemap | 32 levels | \`payload_too_complex\` |
| XML of a feed | 256 levels | \`payload_too_complex\` |
| entries of a feed | 5,000, and 32 MiB of text together | the first ones; the attempt says that more were there |
| addresses of a sitemap | 50,000, and 48 MiB together | the first ones, and a word |
| entries of a list that are items | 50,000, each named by 2,000 characters | the first ones, and a word; longer names are none |
| items that one payload leads to | 100,000, and 56 MiB together | the first ones and the next page, and a word |
| whatever else is made of one payload | 64 MiB | \`payload_too_complex\` |
| robots.txt | the first 500 KiB | the rest is not read |
| reading one payload | 10 s of processor time, a minute, 384 MB in use | \`reading_overran\`; a second time in a row \`poisonous_page\` |
| answers read beside those that are asked, as they take long | four of a worker, after 100 ms | until fewer are, nothing more of their sources is claimed or begun |
| a whole attempt | sixty times time-out and delay, ten minutes at least | \`attempt_overdue\` |

\`pnpm bench hostile\` runs every parser over inputs of 1 kB to 50 MB of the shapes it is known to choke on.

## Politeness

A source's delay holds for all workers together. A host is held to its own pace: whichever sources ask it share one
slot, and its pace is the longest of the operator's delay, its Crawl-delay, a slow-down by its latency and, while
it comes back from failures, one probe at a time. robots.txt is asked once a day for each origin, port included.

${settings}`;

interface Field {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Field>>;
}

function fieldAt(schema: z.ZodType, dotted: string): Field {
  // JSON Schema as zod writes it; only the parts named in `Field` are read.
  let field = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Field;
  for (const key of dotted.split('.')) field = field.properties?.[key] ?? {};
  return field;
}

const kindOf = (field: Field): string =>
  field.enum?.map((value) => `\`${value}\``).join(', ') ??
  (field.const === undefined ? (field.type ?? '') : `\`${field.const}\``);

const defaultOf = ({ default: value }: Field): string =>
  value === undefined ? '' : `\`${JSON.stringify(value)}\``;

const escaped = (text: string) => text.replaceAll('|', '\\|');

const table = (schema: z.ZodType, hints: Readonly<Record<string, FieldHint>>): string =>
  [
    '| key | value | default | meaning |',
    '| --- | --- | --- | --- |',
    ...Object.entries(hints).map(([key, { help }]) => {
      const field = fieldAt(schema, key);
      return `| \`${key}\` | ${kindOf(field)} | ${escaped(defaultOf(field))} | ${escaped(help)} |`;
    }),
  ].join('\n');

const secretsOf = ({ secretFields }: SourceType): string =>
  Object.entries(secretFields)
    .map(([name, { help }]) => `\n\nSecret \`${name}\`: ${help}`)
    .join('');

const chapterOf = (type: SourceType): string => `## ${type.title} (\`${type.id}\`)

${type.description}

${table(type.settingsSchema, type.fieldHints)}${secretsOf(type)}

A seed:

${table(type.seedSchema, type.seedHints)}
`;

test('docs/source-types.md says what the schemas say', async () => {
  const chapters = listSourceTypes().map(chapterOf).join('\n');
  await expect(document(chapters)).toMatchFileSnapshot('../../docs/source-types.md');
});

const referenceShape = z.object({
  sources: z.array(z.looseObject({ name: z.string(), type: z.string() })),
  seeds: z.array(z.looseObject({ source: z.string() })),
});

const holds = (value: unknown, dotted: string): boolean => {
  let part = value;
  for (const key of dotted.split('.')) {
    if (part === null || typeof part !== 'object' || !Object.hasOwn(part, key)) return false;
    part = Object.entries(part).find(([name]) => name === key)?.[1];
  }
  return true;
};

test('config/ingest.reference.yaml names every setting of every type, and every key of its seeds', async () => {
  const file = path.resolve(import.meta.dirname, '../../config/ingest.reference.yaml');
  const reference = referenceShape.parse(parse(await readFile(file, 'utf8')));
  const isCommon = (key: string) => Object.hasOwn(commonHints, key);
  const missing = listSourceTypes().flatMap((type) => {
    const sources = reference.sources.filter((source) => source.type === type.id);
    const names = sources.map((source) => source.name);
    const seeds = reference.seeds.filter((seed) => names.includes(seed.source));
    return [
      ...Object.keys(type.fieldHints)
        .filter((key) => !isCommon(key) && !sources.some((source) => holds(source, key)))
        .map((key) => `${type.id}: ${key}`),
      ...Object.keys(type.seedHints)
        .filter((key) => key !== 'priority' && !seeds.some((seed) => holds(seed, key)))
        .map((key) => `a seed of ${type.id}: ${key}`),
    ];
  });
  expect(missing).toEqual([]);
  const explained = reference.sources.flatMap((source) => Object.keys(source));
  expect(explained).toEqual(expect.arrayContaining(Object.keys(commonHints)));
});
