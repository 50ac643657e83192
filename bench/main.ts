/** `pnpm bench [names...]`: runs benchmarks and prints medians beside a floor of the same run. */
import { Command, InvalidArgumentError } from 'commander';
import { toPublicError } from '#lib/errors/app-error.ts';
import { claimsBenchmark } from './claims/claims.ts';
import { countersBenchmark } from './counters/counters.ts';
import { crawlBenchmark } from './crawl/crawl.ts';
import type { Benchmark, BenchResult } from './harness/benchmark.ts';
import { formatTable } from './harness/format.ts';
import { hostileBenchmark } from './hostile/hostile.ts';
import { listsBenchmark } from './lists/lists.ts';
import { queueBenchmark, statementsBenchmark } from './queue/queue.ts';
import { recrawlBenchmark } from './recrawl/recrawl.ts';
import { tellingBenchmark } from './telling/telling.ts';
import { webBenchmark } from './web/web.ts';

const benchmarks: readonly Benchmark[] = [
  queueBenchmark,
  statementsBenchmark,
  claimsBenchmark,
  countersBenchmark,
  listsBenchmark,
  recrawlBenchmark,
  crawlBenchmark,
  tellingBenchmark,
  webBenchmark,
  hostileBenchmark,
];

const known = benchmarks.map(({ name }) => name).join(', ');

const positiveInteger = (text: string) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('A whole number from 1.');
  return value;
};

interface Flags {
  readonly rows?: number;
  readonly runs: number;
  readonly only?: string;
  readonly database?: string;
  readonly json?: true;
}

const program = new Command('bench')
  .description(
    `Benchmarks: medians over several runs, and the ratio to a floor measured in the same process.\n\n${benchmarks
      .map(({ name, description }) => `  ${name.padEnd(10)} ${description}`)
      .join('\n')}`,
  )
  .argument('[names...]', `which to run (${known}); all when none is given`)
  .option('--rows <n>', 'rows in the measured table, or simulated items', positiveInteger)
  .option('--runs <n>', 'runs per case', positiveInteger, 5)
  .option('--only <text>', 'of `queue` and `hostile`: the cases whose name has this text')
  .option('--database <file>', 'SQLite file to fill, or to use again, and to keep')
  .option('--json', 'print JSON instead of tables')
  .action(async (names: string[], flags: Flags) => {
    const unknown = names.filter(
      (name) => !benchmarks.some((benchmark) => benchmark.name === name),
    );
    if (unknown.length > 0)
      program.error(`error: no benchmark named ${unknown.join(', ')}; known: ${known}`);
    const chosen = benchmarks.filter(({ name }) => names.length === 0 || names.includes(name));
    const reports: { benchmark: string; results: readonly BenchResult[] }[] = [];
    for (const benchmark of chosen) {
      const results = await benchmark.run({
        rows: flags.rows ?? null,
        runs: flags.runs,
        only: flags.only ?? '',
        database: flags.database ?? null,
        progress: (line) => process.stderr.write(`${line}\n`),
      });
      reports.push({ benchmark: benchmark.name, results });
      if (!flags.json) console.log(`\n${benchmark.name}\n\n${formatTable(results)}`);
    }
    if (flags.json) console.log(JSON.stringify({ node: process.version, reports }, null, 2));
  });

try {
  await program.parseAsync();
} catch (error) {
  const { code, message, remedy } = toPublicError(error);
  console.error(`${code}: ${message}\n${remedy}`);
  console.error(error);
  process.exitCode = 1;
}
