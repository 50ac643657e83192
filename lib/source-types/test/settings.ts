import { z } from 'zod';
import {
  commonHints,
  commonSettings,
  discoveryHint,
  grouped,
  maxDepthHint,
  maxDepthSetting,
  seedPriority,
  seedPriorityHint,
  wholeNumber,
} from '../common-settings.ts';
import type { FieldHint } from '../source-type.ts';
import { fixedResources } from './resources.ts';

export const testSettings = z.strictObject({
  resources: z
    .int('give a whole number')
    .min(fixedResources.length, `at least the ${fixedResources.length} fixed ones`)
    .max(10_000_000, 'at most 10,000,000')
    .default(fixedResources.length),
  fail_ids: z.array(z.string().min(1, 'must not be empty')).max(1000, 'at most 1000').default([]),
  latency_ms: wholeNumber(0, 600_000).default(0),
  discovery: z
    .strictObject({ enabled: z.boolean().default(true), max_depth: maxDepthSetting.default(100) })
    .prefault({}),
  ...commonSettings(0),
});
export type TestSettings = z.infer<typeof testSettings>;

export const testHints: Readonly<Record<string, FieldHint>> = {
  ...grouped('Sample', {
    resources: {
      label: 'Resources',
      help: 'How many resources there are; those beyond five are made up and linked from the others.',
      widget: 'number',
    },
    fail_ids: {
      label: 'Failing ids',
      help: 'Resource ids that answer with status 500, one a line.',
      widget: 'lines',
      placeholder: 'test_resource_003',
    },
    latency_ms: {
      label: 'Latency',
      help: 'Milliseconds before each answer.',
      widget: 'number',
    },
  }),
  ...grouped('Discovery', {
    'discovery.enabled': discoveryHint('resources', 'Follow the links between resources.'),
    'discovery.max_depth': maxDepthHint,
  }),
  ...commonHints,
};

export const testSeed = z.strictObject({
  resource_type: z.literal('resource').default('resource'),
  priority: seedPriority,
  ids: z
    .array(z.string().min(1, 'must not be empty'))
    .min(1, 'give at least one id')
    .max(10_000, 'at most 10,000')
    .optional(),
});
export type TestSeed = z.infer<typeof testSeed>;

export const testSeedHints: Readonly<Record<string, FieldHint>> = {
  resource_type: { label: 'Kind', help: 'Always resource.', widget: 'select' },
  priority: seedPriorityHint,
  ids: {
    label: 'Ids',
    help: 'Resource ids, one a line; when left out, the five fixed ones.',
    widget: 'lines',
    placeholder: 'test_resource_001',
  },
};
