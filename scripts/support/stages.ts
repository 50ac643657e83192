/** The stages of the test command, in order: each one command and how its results are counted. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { spawnGroup } from './child-group.ts';
import { inRoot, root } from './root.ts';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface Stage {
  readonly name: string;
  /** Returns the counts of its tests; a step without tests counts nothing when it succeeds. */
  run(): Promise<Counts>;
}

const nothing: Counts = { passed: 0, failed: 0, skipped: 0 };
const oneFailure: Counts = { passed: 0, failed: 1, skipped: 0 };

/** A step that either succeeds or counts as one failure. `command` is a line for the shell. */
export function step(name: string, command: string): Stage {
  return { name, run: async () => ((await shell(command)) === 0 ? nothing : oneFailure) };
}

/** A project of vitest. */
export function vitestStage(name: string, project: string): Stage {
  return counted(name, vitestCounts, (file) => [
    `vitest run --project ${project} --reporter=default --reporter=json --outputFile.json="${file}"`,
    {},
  ]);
}

/** Browser tests: those of the usual configuration, or of another one. */
export function playwrightStage(name: string, config = 'playwright.config.ts'): Stage {
  return counted(name, playwrightCounts, (file) => [
    `playwright test --config ${config} --reporter=list,json`,
    { PLAYWRIGHT_JSON_OUTPUT_NAME: file },
  ]);
}

function counted(
  name: string,
  parse: (report: unknown) => Counts,
  commandFor: (file: string) => [command: string, env: Readonly<Record<string, string>>],
): Stage {
  return {
    name,
    async run() {
      const directory = await mkdtemp(path.join(tmpdir(), 'stage-'));
      try {
        const file = path.join(directory, 'report.json');
        const code = await shell(...commandFor(file));
        const counts = await readFile(file, 'utf8').then(
          (text) => parse(JSON.parse(text)),
          () => nothing,
        );
        // A runner that broke before, or outside, a test is a failure too.
        return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    },
  };
}

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

/** A file that could not be loaded has no tests, and counts as one failure. */
export function vitestCounts(report: unknown): Counts {
  const parsed = vitestReport.parse(report);
  const broken = parsed.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  return {
    passed: parsed.numPassedTests,
    failed: parsed.numFailedTests + broken.length,
    skipped: parsed.numPendingTests + parsed.numTodoTests,
  };
}

const playwrightReport = z.object({
  stats: z.object({
    expected: z.number(),
    unexpected: z.number(),
    flaky: z.number(),
    skipped: z.number(),
  }),
});

/** A flaky test passed in the end, and is counted so. */
export function playwrightCounts(report: unknown): Counts {
  const { stats } = playwrightReport.parse(report);
  return { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped };
}

/** Runs a line with the project's own tools first on the path; output goes to the terminal. It ends with us. */
export function shell(
  command: string,
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawnGroup(command, [], {
      cwd: root,
      shell: true,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        ...env,
        PATH: `${inRoot('node_modules/.bin')}${path.delimiter}${process.env['PATH'] ?? ''}`,
        NEXT_TELEMETRY_DISABLED: '1',
      },
    });
    child.once('error', () => resolve(1));
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
