/** Command lines of any words end well: carried out, or refused with a code and a remedy. */
import { globSync, readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { apiBase } from '#lib/api/answer.ts';
import { endpoints, matchEndpoint } from '#lib/api/registry.ts';
import { AppError, parseInput } from '#lib/errors/app-error.ts';
import { randomAnswer, randomFrom } from '#test/random-calls.ts';
import { program } from '../holocron.ts';
import { clientOf, consoleAddress } from './client.ts';
import { addCommands } from './command.ts';
import { groups, holocronCommands } from './commands.ts';
import { shown } from './print.ts';

/** `FUZZ_INPUTS=100000 pnpm test:unit commands/holocron` tries so many; the seed repeats them. */
const inputs = Number(process.env['FUZZ_INPUTS'] ?? 500);
const seed = Number(process.env['FUZZ_SEED'] ?? 1);

const wild = [
  ...[
    '',
    ' ',
    '-',
    '--',
    '--=',
    '=',
    'a=',
    '=b',
    'a=b',
    'a==b',
    'a=b=c',
    '..',
    '../..',
    '%00',
    '%',
  ],
  ...['\u0000', '\u001b[2J', '\ud800', '🦉', '-1', '1', '0', '1e9', '99999999999', 'NaN', 'null'],
  ...['true', '{}', '[]', '{"a":1}', '{', '__proto__', '__proto__=1', 'constructor', "' or 1=1 --"],
  ...['01980000-0000-7000-8000-000000000001', 'source=wiki', 'status=failed', 'x'.repeat(5000)],
];

beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
  // Waiting for what failed sets it.
  process.exitCode = undefined;
});

/** Every command, over something that answers as the API might and checks what it is sent. */
function cli(answer: (id: string) => Response, sent: string[] = []): Command {
  const send = async (request: Request) => {
    const url = new URL(request.url);
    const path = url.pathname.slice(apiBase.length).split('/').slice(1).map(decodeURIComponent);
    const found = matchEndpoint(request.method, path);
    if (found === null || !('endpoint' in found)) {
      throw new Error(`${request.method} ${request.url} is no endpoint`);
    }
    sent.push(found.endpoint.id);
    return answer(found.endpoint.id);
  };
  const root = new Command('holocron');
  root.exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  addCommands(root, holocronCommands, groups, async () =>
    clientOf('http://console.invalid', send, async () => undefined),
  );
  return root;
}

const words = holocronCommands.flatMap(({ name }) => name.split(' '));
const options = holocronCommands.flatMap((one) =>
  Object.keys(one.options).map((name) => `--${name.replaceAll(/[A-Z]/g, '-$&').toLowerCase()}`),
);

describe('a command line', () => {
  it(`of any words is carried out or refused with a code, ${inputs} times`, {
    timeout: 3_600_000,
  }, async () => {
    const random = randomFrom(seed);
    const sent: string[] = [];
    const answer = (id: string) => {
      const { output } = endpoints.find((one) => one.id === id) ?? {};
      // What writes files has none to write.
      if (typeof output === 'string' || random.chance(20)) {
        const problem = { code: random.of(['not_found', 'x', '']), detail: 'No.', remedy: 'Ask.' };
        return Response.json(problem, { status: random.of([400, 403, 404, 500]) });
      }
      if (output === null) return new Response(null, { status: 204 });
      const drawn = randomAnswer(random, id);
      const isObject = typeof drawn === 'object' && drawn !== null;
      // Neither endless pages nor a run that never ends.
      const ended = { next: null, status: random.of(['completed', 'failed', 'cancelled']) };
      return Response.json(isObject ? { ...drawn, ...ended } : drawn);
    };
    const root = cli(answer, sent);
    let done = 0;
    for (let tried = 0; tried < inputs; tried += 1) {
      const one = random.of(holocronCommands);
      const argv = random.chance(90) ? one.name.split(' ') : [random.of(words), random.of(words)];
      const own = Object.keys(one.options);
      if (random.chance(90)) argv.push(...Object.keys(one.args).map(() => random.of(wild)));
      for (let more = random.whole(5); more > 0; more -= 1) {
        const [name] = own.length > 0 && random.chance(70) ? [random.of(own)] : [];
        argv.push(
          random.chance(70)
            ? name === undefined
              ? random.of(options)
              : `--${name.replaceAll(/[A-Z]/g, '-$&').toLowerCase()}`
            : random.of(wild),
        );
        if (random.chance(60)) argv.push(random.of(wild));
      }
      const what = `call ${tried} of seed ${seed}: ${JSON.stringify(argv)?.slice(0, 500)}`;
      try {
        await root.parseAsync(argv, { from: 'user' });
        done += 1;
      } catch (error) {
        const isRefused = error instanceof AppError || error instanceof CommanderError;
        if (!isRefused) throw new Error(what, { cause: error });
        if (error instanceof AppError) expect(error.remedy, what).not.toBe('');
      }
    }
    if (process.env['FUZZ_INPUTS']) process.stdout.write(`${done} of ${inputs} carried out\n`);
    // Else it would have shown nothing.
    expect(done).toBeGreaterThan(inputs / 40);
    expect(new Set(sent).size).toBeGreaterThan(20);
  });

  it('asks only for what the API would take', async () => {
    const asked: unknown[] = [];
    const one = (id: string) => endpoints.find((known) => known.id === id);
    const send = async (request: Request) => {
      const url = new URL(request.url);
      const found = matchEndpoint(
        request.method,
        url.pathname.slice(apiBase.length).split('/').slice(1),
      );
      if (found === null || !('endpoint' in found)) throw new Error(request.url);
      const { endpoint } = found;
      const body = request.body === null ? undefined : await request.json();
      if (endpoint.body) asked.push(parseInput(endpoint.body, body, `${endpoint.id} refuses it`));
      parseInput(endpoint.query, Object.fromEntries(url.searchParams));
      return Response.json({ code: 'not_found', detail: 'No.', remedy: 'x' }, { status: 404 });
    };
    const root = new Command('holocron').exitOverride();
    addCommands(root, holocronCommands, groups, async () =>
      clientOf('http://console.invalid', send, async () => undefined),
    );
    for (const line of [
      'runs launch --recrawl --source a b --stale 3 --max-items 5 --max-minutes 9 --priority 2',
      'runs launch --dry-run --kind retry --name x',
      'items set-priority --priority 3 --filter status=failed',
      'items set-refetch --plan {"kind":"never"} --id 01980000-0000-7000-8000-000000000001',
      'items enqueue --source a --type page --resource-id 1 --uri https://a.invalid/',
      'hosts limit a.invalid --delay-ms 5 --concurrency 2',
      'hosts block a.invalid --reason x --minutes 4',
      'schedules create --name n --cron 0_3_*_*_* --source a --due --kind recrawl',
      'sources pause a --minutes 4',
      'stop --reason x --release',
      'hosts robots a.invalid --address /a --agent Bot',
      'runs log 01980000-0000-7000-8000-000000000001 --limit 5 --before 9',
      'runs recrawl 01980000-0000-7000-8000-000000000001 --max-items 5',
      'items add https://a.invalid/ --source a --anyway',
      'items skipped --source a',
      'bulk speed 01980000-0000-7000-8000-000000000001 --items-per-second 5',
      'alerts set-rule content_shrunken --value least=2 --hold',
      'alerts try-rule content_shrunken --value least=2',
      'mutes add --code http_gone --http-status 410 --reason x --minutes 5',
      'quarantines accept --id 01980000-0000-7000-8000-000000000001 --note x',
      'quarantines discard --id a --item 01980000-0000-7000-8000-000000000001',
      'quarantines list --state decided',
      'forecast --window 7d',
      'report show --month 2026-01',
      'report export --month 2026-01 --format ndjson',
      'audit export --filter action=run --format ndjson',
      'overview --window 24h',
      'sources comment a --text x',
    ]) {
      const argv = line.split(' ').map((word) => (word.startsWith('0_') ? '0 3 * * *' : word));
      await expect(root.parseAsync(argv, { from: 'user' }), line).rejects.toMatchObject({
        code: 'not_found',
      });
    }
    expect(asked).toHaveLength(19);
    expect(asked[0]).toMatchObject({ kind: 'recrawl', sources: ['a', 'b'], staleDays: 3 });
    expect(one('runs.launch')).toBeDefined();
  });

  it('there is for every endpoint, but for those with a reason', () => {
    const instead: Readonly<Record<string, string>> = {
      'sources.create': 'sources apply takes YAML, with references instead of secrets',
      'sources.update': 'sources apply',
      'sources.try': 'sources plan checks what is not saved; sources test fetches',
    };
    const asked = globSync('commands/holocron/*.ts')
      .filter((file) => !file.endsWith('.test.ts'))
      .flatMap((file) => [
        ...readFileSync(file, 'utf8').matchAll(/'([a-z]+(?:-[a-z]+)*(?:\.[a-z-]+)?)'/g),
      ])
      .map(([, id]) => id);
    const verbs = ['pause', 'resume', 'stop', 'cancel'].map((verb) => `runs.${verb}`);
    const known = new Set([...asked, ...verbs, ...Object.keys(instead)]);
    expect(endpoints.map(({ id }) => id).filter((id) => !known.has(id))).toEqual([]);
    expect(Object.keys(instead).filter((id) => asked.includes(id))).toEqual([]);
  });

  it('that ends in nothing says which commands there are', () => {
    const named = program.commands.map((sub) => sub.name());
    expect(named).toEqual(expect.arrayContaining(['runs', 'items', 'sources', 'stop', 'why']));
  });
});

describe('what a terminal shows', () => {
  it('obeys no stranger', () => {
    expect(shown('a\u001b]0;title\u0007b\r\nc\u202ed')).toBe('a ]0;title b c d');
    expect(shown({ a: '\u001b' })).toBe('{"a":"\\u001b"}');
    expect(shown(null)).toBe('–');
  });
});

describe('the address of a console', () => {
  it.each([
    ['https://console.example', 'https://console.example'],
    ['https://console.example/', 'https://console.example'],
    ['http://localhost:3000/api/v1/', 'http://localhost:3000'],
    ['https://a.example/under/', 'https://a.example/under'],
  ])('%s is %s', (given, address) => {
    expect(consoleAddress(given)).toBe(address);
  });

  it.each(['', 'console', 'ftp://a.example', 'https://u:p@a.example', 'https://a.example/?a=1'])(
    'is not %j',
    (given) => {
      expect(() => consoleAddress(given)).toThrow(
        expect.objectContaining({ code: 'input_invalid' }),
      );
    },
  );
});
