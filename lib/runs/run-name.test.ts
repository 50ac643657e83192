import { expect, test } from 'vitest';
import { runName } from './run-name.ts';

const run = { name: null, kind: 'seed', started_at: '2026-11-30T10:54:12.345Z' };
const named = (sources: readonly string[], name: string | null = null) =>
  runName({
    ...run,
    name,
    source_revisions: JSON.stringify(Object.fromEntries(sources.map((source) => [source, 1]))),
  });

test('a run is called as whoever launched it said, or by what it does, of what and when', () => {
  expect(named(['Sample'], 'Nightly')).toBe('Nightly');
  expect(named(['Sample'], '  ')).toBe('Seed of Sample, 2026-11-30 10:54 UTC');
  expect(named(['A', 'B'])).toBe('Seed of A and B, 2026-11-30 10:54 UTC');
  expect(named(['A', 'B', 'C'])).toBe('Seed of A and 2 others, 2026-11-30 10:54 UTC');
  expect(runName({ ...run, kind: 'import', source_revisions: null })).toBe(
    'import, 2026-11-30 10:54 UTC',
  );
});
