/** Answers about the forecast, the report, storage and what retention would free. */
import { z } from 'zod';
import { dayNumbersOutput } from './shared.ts';
import { sourceDayOutput } from './sources.ts';

const forecastLaunchOutput = z.object({
  scheduleId: z.string(),
  name: z.string(),
  at: z.string(),
  basis: z.enum(['unknown', 'due', 'as before']),
  items: z.number().nullable(),
  launches: z.boolean(),
});

const forecastHostOutput = z.object({
  host: z.string().nullable(),
  requests: z.array(z.number()),
  total: z.number(),
  delayMs: z.number(),
});

const forecastSourceOutput = z.object({
  name: z.string(),
  due: z.number(),
  isAtLeast: z.boolean(),
  untaken: z.number(),
  isScheduled: z.boolean(),
});

const leftOutput = z.object({
  source: z.string(),
  host: z.string().nullable(),
  requests: z.number(),
  obstacle: z.enum([
    'stopped',
    'source closed',
    'host closed',
    'host budget',
    'host pace',
    'source pace',
  ]),
});

export const forecastOutput = z.object({
  from: z.string(),
  hours: z.number(),
  launches: z.array(forecastLaunchOutput),
  hosts: z.array(forecastHostOutput),
  sources: z.array(forecastSourceOutput),
  left: z.array(leftOutput),
  leftOut: z.array(z.string()),
});

const reportRowOutput = dayNumbersOutput.extend({
  source: z.string(),
  requestsPerChange: z.number().nullable(),
  stale: z.object({ stale: z.number(), total: z.number(), isAtLeast: z.boolean() }).nullable(),
});

export const reportOutput = z.object({
  month: z.string(),
  isRunning: z.boolean(),
  before: z.string().nullable(),
  after: z.string().nullable(),
  rows: z.array(reportRowOutput),
  total: dayNumbersOutput,
  days: z.array(sourceDayOutput),
});

const storageDayOutput = z.object({
  day: z.string(),
  databaseBytes: z.number(),
  lakeBytes: z.number(),
});

const storedPartOutput = z.object({
  name: z.string(),
  part: z.string(),
  rows: z.number().nullable(),
  bytes: z.number(),
  bytesPerDay: z.number().nullable(),
});

const shownDiskOutput = z.object({
  pausesInDays: z.number().nullable(),
  what: z.string(),
  freeBytes: z.number(),
  sizeBytes: z.number().nullable(),
  pauseBelowBytes: z.number(),
});

const lowDiskOutput = z.object({
  what: z.string(),
  freeBytes: z.number(),
  pauseBelowBytes: z.number(),
});

export const storageOutput = z.object({
  days: z.array(storageDayOutput),
  since: z.string().nullable(),
  tables: z.array(storedPartOutput),
  records: z.array(storedPartOutput),
  lake: storedPartOutput.nullable(),
  disks: z.array(shownDiskOutput),
  lowDisk: lowDiskOutput.nullable(),
});

export const retentionPreviewOutput = z.object({
  rows: z.number(),
  isAtLeast: z.boolean(),
  bytes: z.number(),
  kind: z.enum([
    'runs',
    'events',
    'attempts',
    'items',
    'records',
    'answers',
    'versions',
    'audit',
    'operations',
    'request keys',
  ]),
  source: z.string().optional(),
  olderThanMs: z.number(),
  mostRows: z.number().optional(),
});
