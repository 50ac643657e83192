/** The workflows as they are read: they name commands, versions and variables that there are. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import packageFile from '../package.json' with { type: 'json' };
import { inRoot } from './support/root.ts';
import { serverVersions } from './verify/container.ts';

const stepSchema = z.object({
  uses: z.string().optional(),
  run: z.string().optional(),
  shell: z.string().optional(),
  if: z.string().optional(),
  with: z.record(z.string(), z.string()).optional(),
});
const environment = z.record(z.string(), z.string()).default({});
const workflowSchema = z.object({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions: z.object({ contents: z.literal('read') }).strict(),
  jobs: z.record(
    z.string(),
    z.object({
      'timeout-minutes': z.number(),
      strategy: z
        .object({
          'fail-fast': z.literal(false),
          matrix: z.object({
            version: z.array(z.string()),
            collation: z.array(z.object({ name: z.string(), of: z.string() })),
          }),
        })
        .optional(),
      env: environment,
      steps: z.array(stepSchema).nonempty(),
    }),
  ),
});

const folder = '.github/workflows';
const workflowOf = (file: string) =>
  workflowSchema.parse(parse(readFileSync(inRoot(`${folder}/${file}`), 'utf8')));
const files = readdirSync(inRoot(folder));

describe('the workflows', () => {
  it('are these', () => {
    expect(files.sort()).toEqual(['ci.yml', 'sqlserver.yml']);
  });

  it.each(files)('%s runs on every change, ends in time, and may write nothing', (file) => {
    const { on, jobs } = workflowOf(file);
    expect(Object.keys(on)).toEqual(
      expect.arrayContaining(['push', 'pull_request', 'workflow_dispatch']),
    );
    for (const job of Object.values(jobs)) expect(job['timeout-minutes']).toBeLessThanOrEqual(120);
  });

  it.each(files)('%s runs scripts of package.json and files that there are', (file) => {
    const calls = Object.values(workflowOf(file).jobs).flatMap(({ steps }) =>
      steps.flatMap(({ run = [] }) => run),
    );
    const scripts = calls.flatMap((call) =>
      [...call.matchAll(/\bpnpm@12 ([a-z:-]+)/g)].map(([, name = '']) => name),
    );
    expect(scripts.filter((name) => name !== 'install' && !(name in packageFile.scripts))).toEqual(
      [],
    );
    const programs = calls.flatMap((call) => /^\.\S+/.exec(call)?.[0] ?? []);
    expect(programs.filter((program) => !existsSync(inRoot(program)))).toEqual([]);
    expect(scripts.length + programs.length).toBeGreaterThan(0);
  });

  it('ci.yml runs the whole check of a clean clone', () => {
    const { jobs } = workflowOf('ci.yml');
    expect(jobs['embedded']?.steps.map(({ run }) => run)).toContain('.ci/run');
  });
});

describe('sqlserver.yml', () => {
  const job = workflowOf('sqlserver.yml').jobs['verify'];
  const steps = job?.steps ?? [];
  const verify = steps.find(({ run = '' }) => run.includes('pnpm@12 verify:sqlserver'));

  it('tries each version with each kind of collation', () => {
    const { version = [], collation = [] } = job?.strategy?.matrix ?? {};
    expect(version).toEqual(['2019', '2022', '2025']);
    expect(collation.map(({ of }) => of)).toEqual([
      expect.stringMatching(/_BIN2$/),
      expect.stringMatching(/_CS_AS$/),
      expect.stringMatching(/^Turkish_/),
    ]);
    expect(verify?.run).toMatch(/--image \S+ matrix\.version }} /);
    expect(verify?.run).toMatch(/--collation \S+ matrix\.collation\.of }} /);
    expect(version).toEqual([...serverVersions]);
  });

  it('starts a server of its own, whatever its environment says', () => {
    expect(Object.keys(job?.env ?? {}).filter((name) => /SQL/.test(name))).toEqual([]);
  });

  it('fails when the verification does, though its output is copied to a file that is kept', () => {
    expect(verify?.run).toContain('| tee verify-sqlserver.log');
    // GitHub gives `pipefail` to the shell that is named, and not to the default one.
    expect(verify?.shell).toBe('bash');
    const kept = steps.find(({ uses = '' }) => uses.startsWith('actions/upload-artifact@'));
    expect(kept?.if).toBe('always()');
    expect(kept?.with?.['path']).toContain('verify-sqlserver.log');
    expect(kept?.with?.['path']).toContain('verify-sqlserver.md');
  });
});
