/** Requests that no client would send: every one is refused with 4xx and a problem, and nothing is asked of the database. */
import { describe, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { randomFrom } from '#test/random-calls.ts';
import { answerApi, apiBase, type Caller } from './answer.ts';
import { endpoints } from './registry.ts';

/** `FUZZ_INPUTS=100000 pnpm test:unit lib/api/parsers` tries so many; the seed repeats them. */
const inputs = Number(process.env['FUZZ_INPUTS'] ?? 800);
const seed = Number(process.env['FUZZ_SEED'] ?? 1);

/** Whoever gets as far as the database has passed the parsers; nothing is there. */
const nothingThere = new Proxy(
  {},
  {
    get() {
      throw new AppError('not_found', 'There is nothing.');
    },
  },
);
/** Failures of ours, which are logged and must not be. */
const failures: unknown[] = [];
const caller: Caller = {
  // All that a request reaches behind the parsers is asked of the proxy.
  runtime: {
    db: nothingThere,
    reads: nothingThere,
    http: nothingThere,
    secretBox: nothingThere,
    config: nothingThere,
    log: { error: ({ err }: { readonly err: unknown }) => failures.push(err) },
  } as unknown as Caller['runtime'],
  limits: { take: () => null, open: () => () => undefined },
  address: null,
  actor: systemActor('test'),
};

const pieces = [
  ...['{', '}', '[', ']', '"', ':', ',', '\\', '\\u', '\\ud800', 'null', 'true', '1', '-', '1e999'],
  ...['"a"', '"__proto__"', '"kind"', '"seed"', '"sources"', '"change"', '"action"', '"filter"'],
  ...['\u0000', '\ufeff', ' ', '\n', '🦉', '0'.repeat(400), '[['.repeat(50), '"x":'.repeat(9)],
  ...['sources:\n', '  - name: a\n', '&a [*a]', '*a', '<<:', '!!js', '%YAML 9', '---\n', '\t'],
] as const;
const segments = [
  'sources',
  'yaml',
  'runs',
  'items',
  'x',
  '..',
  '%2e%2e',
  '%',
  '%ff',
  '%00',
  '',
  '{}',
];
const parameters = ['limit=0', 'limit=1', 'limit=1e3', 'cursor=', 'cursor=eyJ9', 'source=a', 'a'];
const types = [
  'application/json',
  'application/json; charset=x',
  'text/plain',
  'application/yaml',
  '',
];

describe('a request of any bytes', () => {
  it(`is answered below 500, ${inputs} times`, { timeout: 3_600_000 }, async () => {
    const random = randomFrom(seed);
    const statuses = new Map<number, number>();
    for (let tried = 0; tried < inputs; tried += 1) {
      const one = random.of(endpoints);
      const path = random.chance(80)
        ? one.path.replaceAll(/\{\w+\}/g, () => random.of([...segments.slice(4), 'a', 'a b']))
        : `/${Array.from({ length: random.whole(5) }, () => random.of(segments)).join('/')}`;
      const query = Array.from({ length: random.whole(3) }, () => random.of(parameters)).join('&');
      const method = random.chance(90) ? one.method : random.of(['GET', 'POST', 'PUT', 'DELETE']);
      const text = Array.from({ length: random.whole(12) }, () => random.of(pieces)).join('');
      const bytes = Buffer.from(text, 'utf8');
      if (bytes.length > 0 && random.chance(20)) bytes[random.whole(bytes.length)] = 0xff;
      const type = random.chance(70) ? (one.bodyType ?? 'application/json') : random.of(types);
      const request = new Request(`http://console.invalid${apiBase}${path}?${query}`, {
        method,
        headers: {
          'content-type': type,
          ...(random.chance(50) ? { 'if-match': random.of(['"1"', '*', 'W/"1"', '""', 'x']) } : {}),
          ...(random.chance(30) ? { 'idempotency-key': random.of(['k', 'a b', 'é', '']) } : {}),
        },
        ...(method === 'GET' ? {} : { body: bytes }),
      });
      const response = await answerApi(request, caller);
      const what = `request ${tried} of seed ${seed}: ${method} ${request.url} ${type}\n${text}`;
      expect(response.status, what).toBeLessThan(500);
      if (response.status >= 400) {
        const problem = await response.json();
        expect(problem, what).toMatchObject({
          code: expect.any(String),
          detail: expect.any(String),
          remedy: expect.any(String),
        });
      }
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    }
    expect(failures).toEqual([]);
    if (process.env['FUZZ_INPUTS']) {
      const counts = [...statuses].toSorted().map(([status, count]) => `${status}: ${count}`);
      process.stdout.write(`${inputs} requests, ${counts.join(', ')}\n`);
    }
    // Else the requests would show nothing.
    expect([...statuses.keys()]).toEqual(expect.arrayContaining([400, 404, 405, 415]));
  });
});
