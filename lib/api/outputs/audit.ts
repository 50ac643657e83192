/** Answers about the audit log and the search. */
import { z } from 'zod';
import { anyJson } from './shared.ts';

const chainLinkOutput = z.object({
  position: z.number(),
  previousHash: z.string(),
  hash: z.string(),
});

export const auditRecordOutput = z.object({
  auditId: z.string(),
  at: z.string(),
  actorId: z.string().nullable(),
  actorEmail: z.string(),
  address: z.string().nullable(),
  action: z.string(),
  targetType: z.string(),
  targetId: z.string().nullable(),
  summary: z.string(),
  before: anyJson,
  after: anyJson,
  link: chainLinkOutput.nullable(),
  isWhole: z.boolean(),
});

const auditFaultOutput = z.object({
  kind: z.enum([
    'entry_changed',
    'entry_missing',
    'links_missing',
    'link_changed',
    'entry_unlinked',
    'known_differs',
  ]),
  position: z.number().nullable(),
  auditId: z.string().nullable(),
  message: z.string(),
});

export const auditVerificationOutput = z.object({
  first: z.number().nullable(),
  last: z.number().nullable(),
  checked: z.number(),
  head: z.object({ position: z.number(), hash: z.string() }),
  purgedTo: z.number(),
  unsealed: z.number(),
  unsealedSince: z.string().nullable(),
  faultCount: z.number(),
  faults: z.array(auditFaultOutput),
});

export const foundOutput = z.object({
  kind: z.enum(['run', 'source', 'failures', 'host', 'work-item', 'schedule', 'user']),
  id: z.string(),
  title: z.string(),
  detail: z.string(),
  href: z.string(),
});
