/** docs/monitoring.md against the metrics that are exported. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exportedMetrics } from '#test/exported-metrics.ts';
import { inRoot } from './support/root.ts';

const document = readFileSync(inRoot('docs/monitoring.md'), 'utf8');
const exported = await exportedMetrics();

describe('docs/monitoring.md', () => {
  it('has a row for every metric of ours with its type, and no other', () => {
    const rows = [...document.matchAll(/^\| `(holocron_\w+)` *\| (\w+) *\|/gm)];
    const documented = rows.map(([, name = '', type = '']) => [name, type].join(' '));
    const ours = [...exported].filter(([name]) => name.startsWith('holocron_'));
    expect(documented.sort()).toEqual(ours.map((one) => one.join(' ')).sort());
  });

  it('names none of Node’s that is not there', () => {
    const named = [...document.matchAll(/`((?:nodejs|process)_\w+)`/g)].map(
      ([, name = '']) => name,
    );
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((name) => !exported.has(name))).toEqual([]);
  });
});

describe('names of metrics', () => {
  it('follow the conventions: units by name, counters end in _total, and nothing else does', () => {
    const ours = [...exported].filter(([name]) => name.startsWith('holocron_'));
    for (const [name, type] of ours) {
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
      expect(name).not.toMatch(/_(ms|millis|minutes|kb|percent)(_|$)/);
    }
  });
});
