/** ops/ as the programs find it that will read it, where they are installed: Debian has promtool in `prometheus`. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { exportedMetrics } from '#test/exported-metrics.ts';
import { helm, isInstalled, promtool as program } from '#test/programs.ts';
import { createWorkerMetrics } from '#worker/worker-metrics.ts';
import { inRoot } from './support/root.ts';

const cwd = inRoot('ops/prometheus');
const promtool = (args: string[], input = '') =>
  execa('promtool', args, { cwd, input, reject: false });

describe.runIf(isInstalled(program))('promtool', () => {
  it('finds the alert rules good, and that they fire when they should', async () => {
    expect(await promtool(['check', 'rules', 'alerts.yml'])).toMatchObject({ exitCode: 0 });
    expect(await promtool(['test', 'rules', 'alerts.test.yml'])).toMatchObject({ exitCode: 0 });
  });

  it('can parse what the board asks', async () => {
    const { panels } = z
      .object({ panels: z.array(z.object({ targets: z.array(z.object({ expr: z.string() })) })) })
      .parse(JSON.parse(readFileSync(inRoot('ops/grafana/holocron.json'), 'utf8')));
    const rules = panels
      .flatMap(({ targets }) => targets)
      .map(({ expr }, index) => ({
        record: `panel:${index}`,
        expr: expr.replaceAll('$__rate_interval', '5m'),
      }));
    expect(rules.length).toBeGreaterThan(20);
    const text = JSON.stringify({ groups: [{ name: 'board', rules }] });
    const directory = await mkdtemp(join(tmpdir(), 'board-'));
    try {
      const file = join(directory, 'board.yml');
      await writeFile(file, text);
      expect(await promtool(['check', 'rules', file])).toMatchObject({ exitCode: 0 });
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('finds the names, types and help of our metrics as they should be', async () => {
    const { watch, registry } = createWorkerMetrics(() => null);
    watch.claimed(2);
    const { stderr } = await promtool(['check', 'metrics'], await registry.metrics());
    const ours = [...(await exportedMetrics()).keys()].filter((name) =>
      name.startsWith('holocron_'),
    );
    expect(ours.filter((name) => new RegExp(`^${name} `, 'm').test(stderr))).toEqual([]);
    expect(stderr).not.toContain('error while linting');
  });
});

it.runIf(isInstalled(helm))('helm finds the chart good', async () => {
  const chart = inRoot('ops/helm/holocron-ingest');
  expect(await execa('helm', ['lint', '--strict', chart], { reject: false })).toMatchObject({
    exitCode: 0,
  });
  const { stdout } = await execa('helm', ['template', 'release', chart]);
  expect(parseAllDocuments(stdout).flatMap(({ errors }) => errors)).toEqual([]);
});
