import { describe, expect, it } from 'vitest';
import { getSourceType } from '#lib/source-types/registry.ts';
import { formModelOf } from './form-model.ts';
import { valuesOf } from './form-values.ts';
import { mergeDrafts, type SourceDraft, takeField } from './merge-drafts.ts';

const model = formModelOf(getSourceType('test'));
const base: SourceDraft = {
  name: 'wiki',
  enabled: true,
  values: valuesOf(model.settings, { resources: 10, latency_ms: 5 }),
  seeds: [{ key: 0, values: valuesOf(model.seed, { priority: 10 }) }],
};
const withValues = (draft: SourceDraft, values: Record<string, string>): SourceDraft => ({
  ...draft,
  values: { ...draft.values, ...values },
});

describe('a source that somebody else saved while its form was open', () => {
  it('takes what only the other changed, and keeps what only you changed', () => {
    const theirs = { ...withValues(base, { resources: '20' }), enabled: false };
    const yours = withValues(base, { latency_ms: '7' });
    const { merged, changes } = mergeDrafts(model, { base, theirs, yours });
    expect(merged.values).toMatchObject({ resources: '20', latency_ms: '7' });
    expect(merged.enabled).toBe(false);
    expect(changes.map(({ path, isDisputed }) => [path, isDisputed])).toEqual([
      ['enabled', false],
      ['settings.resources', false],
    ]);
  });

  it('keeps yours where both changed a field, says all three values, and takes theirs when told', () => {
    const theirs = withValues(base, { resources: '20' });
    const yours = withValues(base, { resources: '30' });
    const { merged, changes } = mergeDrafts(model, { base, theirs, yours });
    expect(merged.values['resources']).toBe('30');
    expect(changes).toEqual([
      expect.objectContaining({ before: '10', theirs: '20', yours: '30', isDisputed: true }),
    ]);
    const taken = takeField(model, 'settings.resources', merged, theirs);
    expect(taken.values['resources']).toBe('20');
  });

  it('disputes nothing that both changed alike, nor what only the form writes otherwise', () => {
    const both = withValues(base, { resources: '20' });
    const { changes } = mergeDrafts(model, { base, theirs: both, yours: both });
    expect(changes).toEqual([expect.objectContaining({ isDisputed: false })]);
    expect(mergeDrafts(model, { base, theirs: base, yours: both }).changes).toEqual([]);
  });

  it('takes seeds as a whole', () => {
    const theirs = { ...base, seeds: [] };
    const { merged, changes } = mergeDrafts(model, { base, theirs, yours: base });
    expect(merged.seeds).toEqual([]);
    expect(changes).toEqual([expect.objectContaining({ path: 'seeds', theirs: '' })]);
  });
});
