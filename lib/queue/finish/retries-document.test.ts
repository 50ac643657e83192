import { expect, test } from 'vitest';
import { networkErrors } from '#lib/egress/network-errors.ts';
import { attemptOutcomes, type OutcomeRule } from '#lib/errors/attempt-outcomes.ts';
import { wikiErrors } from '#lib/source-types/mediawiki/answer.ts';
import { statusOutcomes } from '#lib/source-types/web/refusals.ts';

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const codeList = (codes: readonly string[]): string => codes.map((one) => `\`${one}\``).join(', ');

const decisionWords = {
  retry: 'retry',
  give_up: 'give up',
  skip: 'skip',
  postpone: 'retry, without counting the attempt',
  wait: 'wait for the database',
  leave: 'leave it',
} as const;
const hostWords = { always: 'waits', when_told: 'waits when it says how long', never: '' } as const;

const hostCell = (rule: OutcomeRule): string =>
  [hostWords[rule.hostWaits], rule.hostFault ? 'a failure of it' : '']
    .filter((part) => part !== '')
    .join('; ');

const decisionCell = ({ decision, noResource, leastDelayMs }: OutcomeRule): string =>
  [
    decisionWords[decision],
    noResource ? 'a link never fetched: skip; fetched before: missing' : '',
    leastDelayMs > 0 ? `after ${leastDelayMs / 60_000} min at least` : '',
  ]
    .filter((part) => part !== '')
    .join('; ');

const document = `# What becomes of an attempt

Written from the tables the program reads; a test compares the two
(\`vitest run --project unit lib/queue/finish/retries-document -u\` writes it anew).

A failed attempt is **retried** while the source's attempts (\`max_retries\` + 1) last, after an exponential
backoff with full jitter: up to 2 s, 4 s, 8 s … 15 min. What the source asks for with \`Retry-After\` wins where it
is longer, up to a day; what is over, zero or unreadable changes nothing. A host that says that its limit is used up
(\`RateLimit\`, \`RateLimit-Remaining\`, \`X-RateLimit-Remaining\` of 0 with the time of the reset), whatever the status,
is left alone until then; with 403, 429 or 503 the item waits as long. An attempt is **given up** when the same request would fail again, and **skipped** when there is
nothing to fix. What was fetched before and is no longer there is **missing**: it is skipped as \`resource_missing\`
with the moment since when, its records are kept, the run counts it, and recrawls of what is due look at it again
after a day, then after as long as it has been missing, at most 90 days. What is missing, a link that led nowhere or a seed
that never was there, and is **found again** is asked for again: once in each run that finds it, within a run after an hour or when
its source says that it changed. A wiki's list of changes does so for pages that were made, restored, imported or moved to a title
since they were last tried; a list whose entries are items, for entries that it shows. The **host** is left alone by the whole fleet where the table says so: for as long as the item waits, or as
it asked for; five pages in a row that fail block it for 30 s, 1 min … 15 min, and one probe at a time tells
whether it is back, pages that have not failed before those that have. A page counts once, and not at all when it has
failed before and the host has answered others since: it is to blame itself. An attempt whose lease expired is counted, unless its worker died with all it held: then only
an item that was tried alone pays, and fails as \`poisonous_page\` the second time ([queue.md](queue.md)).

## Outcomes

${table(
  ['outcome', 'decision', 'host', 'because'],
  attemptOutcomes.map(([code, rule]) => [
    `\`${code}\``,
    decisionCell(rule),
    hostCell(rule),
    rule.because,
  ]),
)}

## Statuses of HTTP

2xx is a success and 304 says "unchanged". The first row that fits decides.

${table(
  ['status', 'outcome', 'meaning'],
  statusOutcomes.map(({ from, to, outcome, says }) => [
    from === to ? String(from) : `${from}–${to}`,
    `\`${outcome}\``,
    says,
  ]),
)}

A page that asks to sign in, to which a redirect led, is \`http_unauthorized\`, though it answers 200. The status of a
robots.txt means something else: 4xx and redirects that lead nowhere or go on and on allow all, and with 429, a part or
anything from 500 on the site is not asked until the file can be read (RFC 9309, 2.3.1).

OpenAlex answers 403 when it is asked too quickly, and 429 also when the day's budget is spent: these are
\`http_rate_limited\` and \`budget_spent\` there.

## Errors of the network

By the code of the system, of TLS, Node or undici; any other code is \`egress_connect_failed\`.

${table(
  ['code', 'outcome', 'the address …'],
  networkErrors.map(({ codes, outcome, says }) => [codeList(codes), `\`${outcome}\``, says]),
)}

An answer beyond the limit on its size is \`egress_too_large\`, one that redirects more than five times
\`egress_too_many_redirects\`, an address that is private and not allowed \`egress_address_refused\`.

## Errors of the MediaWiki API

They come with status 200. Any other is \`api_error\`.

${table(
  ['error', 'outcome'],
  wikiErrors.map(({ codes, outcome }) => [codeList(codes), `\`${outcome}\``]),
)}
`;

test('docs/retries.md says what the tables say', async () => {
  await expect(document).toMatchFileSnapshot('../../../docs/retries.md');
});
