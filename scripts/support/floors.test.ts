import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { floorFault, floors } from './floors.ts';
import { inRoot } from './root.ts';

describe('the floors of lib', () => {
  it('let a folder import what stands below it, and itself', () => {
    expect(floorFault('lib/runs/launch-run.ts', 'lib/queue/rows.ts')).toBeNull();
    expect(floorFault('lib/queue/claim/claim.ts', 'lib/queue/rows.ts')).toBeNull();
    expect(floorFault('commands/worker.ts', 'lib/queue/rows.ts')).toBeNull();
  });

  it('name both folders and the list when it imports what stands above', () => {
    expect(floorFault('lib/queue/rows.ts', 'lib/runs/launch-run.ts')).toBe(
      'lib/queue may not import lib/runs, which stands above it (scripts/support/floors.ts)',
    );
  });

  it('ask a new folder for its place', () => {
    expect(floorFault('lib/novelty/a.ts', 'lib/ids.ts')).toContain('lib/novelty has no place');
  });

  it('have a place for each noun of lib, and for nothing else', () => {
    const nouns = readdirSync(inRoot('lib')).filter((name) => !name.includes('.test.'));
    expect([...floors].sort()).toEqual(nouns.sort());
  });
});
