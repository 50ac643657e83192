import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import type { DeploymentFigures } from './deployment-figures.ts';
import { addDeploymentMetrics } from './deployment-metrics.ts';
import { showsToken } from './may-read-metrics.ts';
import { createProbes } from './probes.ts';
import { SourceLabels } from './source-labels.ts';

const figures: DeploymentFigures = {
  items: [
    {
      source: 'a "quoted"\\name\n',
      totals: { pending: 3, in_progress: 1, completed: 0, failed: 0, skipped: 0 },
    },
  ],
  sourcesFolded: 0,
  oldestClaimableMs: 1500,
  runs: { running: 1, paused: 0 },
  workers: { running: 2, draining: 0, lost: 1 },
  hostsBlocked: 0,
  lastFetched: [],
};

describe('names of sources as labels', () => {
  it('are bounded, keep their label once they have it, and say how many have none', () => {
    const labels = new SourceLabels(2);
    expect(['a', 'b', 'c', 'a', 'other', 'd', 'c'].map((name) => labels.of(name))).toEqual([
      'a',
      'b',
      'other',
      'a',
      'other',
      'other',
      'other',
    ]);
    expect(labels.folded).toBe(2);
  });
});

describe('the figures of the deployment', () => {
  it('are read once in ten seconds, however often and by how many they are asked for', async () => {
    let now = 0;
    let reads = 0;
    const registry = new Registry();
    const read = async () => {
      reads += 1;
      return figures;
    };
    const refresh = addDeploymentMetrics(registry, read, () => now);
    await Promise.all([refresh(), refresh(), refresh()]);
    now = 9_999;
    await refresh();
    expect(reads).toBe(1);
    now = 10_000;
    await refresh();
    expect(reads).toBe(2);
    const text = await registry.metrics();
    expect(text).toContain('holocron_database_up 1');
    expect(text).toContain(
      'holocron_items{source="a \\"quoted\\"\\\\name\\n",status="pending"} 3\n',
    );
    expect(text).toContain('holocron_oldest_claimable_seconds 1.5');
    expect(text).toContain('holocron_workers{state="lost"} 1');
  });

  it('that cannot be had are not told, only that the database is away', async () => {
    let now = 0;
    let away = false;
    const registry = new Registry();
    const read = async () => {
      if (away) throw new Error('away');
      return figures;
    };
    const refresh = addDeploymentMetrics(registry, read, () => now);
    await refresh();
    away = true;
    now = 10_000;
    await refresh();
    const samples = (await registry.metrics()).split('\n').filter((line) => /^[^#]/.test(line));
    expect(samples).toEqual(['holocron_database_up 0']);
  });

  it('are not waited for when the database is silent, nor asked for a second time beside it', async () => {
    let now = 0;
    let reads = 0;
    const answer = Promise.withResolvers<DeploymentFigures>();
    const registry = new Registry();
    const read = () => {
      reads += 1;
      return answer.promise;
    };
    const refresh = addDeploymentMetrics(registry, read, () => now);
    await refresh();
    expect(await registry.metrics()).toContain('holocron_database_up 0');
    now = 60_000;
    const second = refresh();
    answer.resolve(figures);
    await second;
    expect(reads).toBe(1);
    expect(await registry.metrics()).toContain('holocron_database_up 1');
  });
});

describe('the token', () => {
  const token = 'a-token-of-the-tests';
  it.each([
    [`Bearer ${token}`, true],
    [`bearer  ${token} `, true],
    [`Bearer ${token}x`, false],
    [`Bearer ${token.slice(0, -1)}`, false],
    [`Basic ${token}`, false],
    [token, false],
    ['Bearer', false],
    ['Bearer ', false],
    ['', false],
    [null, false],
    [undefined, false],
  ])('shown as %j is right: %s', (header, right) => {
    expect(showsToken(header, token)).toBe(right);
  });
});

describe('probes', () => {
  it('tell a process that lives from one that can work', async () => {
    let leaving = false;
    const probe = createProbes({
      started: () => true,
      db: async () => null,
      leaving: () => leaving,
    });
    expect(await probe('live')).toEqual({ ok: true, code: null });
    expect(await probe('startup')).toEqual({ ok: true, code: null });
    expect(await probe('ready')).toEqual({ ok: false, code: 'starting' });
    leaving = true;
    expect(await probe('ready')).toEqual({ ok: false, code: 'stopping' });
    expect(await probe('live')).toEqual({ ok: true, code: null });
  });

  it('ask the database once a second, whoever asks them', async () => {
    let now = 0;
    let asked = 0;
    const db = async () => {
      asked += 1;
      return null;
    };
    const probe = createProbes({ started: () => false, db, clock: () => now });
    await Promise.all([probe('ready'), probe('ready'), probe('live'), probe('startup')]);
    now = 999;
    await probe('ready');
    expect(asked).toBe(1);
    now = 1_000;
    await probe('ready');
    expect(asked).toBe(2);
    expect((await probe('startup')).ok).toBe(false);
  });
});
