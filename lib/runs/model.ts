/** A run: one campaign of ingestion over some sources. */
import { z } from 'zod';
import type { Instant, RunStatus } from '#db/schema.ts';
import { nameText } from '#lib/people-text.ts';
import { workItemStatusSchema } from '#lib/queue/model.ts';
import type { EndReason, RunPhase } from './lifecycle.ts';

export const runKinds = ['seed', 'recrawl', 'retry'] as const;
export type RunKind = (typeof runKinds)[number];

/** What narrows a recrawl in other ways than by what is due. */
const narrowing = ['staleDays', 'resourceType', 'statuses', 'workItemIds'] as const;

/** What a person, a schedule or the command asks for. */
export const launchRequestSchema = z
  .strictObject({
    kind: z.enum(runKinds),
    name: nameText({ most: 200, missing: null }).optional(),
    /** Names of sources; empty = all enabled ones. */
    sources: z.array(z.string().max(100)).max(1000).default([]),
    /** recrawl: only items not fetched for at least N days. */
    staleDays: z.number().int().min(0).max(3650).optional(),
    resourceType: z.string().max(100).optional(),
    statuses: z.array(workItemStatusSchema).max(20).optional(),
    /** recrawl, retry: exactly these items. */
    workItemIds: z.array(z.string().max(36)).max(1000).optional(),
    priority: z.number().int().min(0).max(1_000_000).optional(),
    /** Budget: the run takes no more items than this, and none deeper than that. */
    maxItems: z.number().int().min(1).max(100_000_000).optional(),
    maxDepth: z.number().int().min(0).max(100).optional(),
    /** Budget: nothing more is asked for once so many requests were sent, or so many minutes have passed. */
    maxRequests: z.number().int().min(1).max(100_000_000).optional(),
    maxMinutes: z.number().int().min(1).max(43_200).optional(),
    /** recrawl: only what is due at the launch, the most useful first. */
    due: z.boolean().optional(),
  })
  .superRefine((request, context) => {
    if (request.due !== true) return;
    if (request.kind !== 'recrawl') {
      const message = 'Only a recrawl can take what is due.';
      context.addIssue({ code: 'custom', path: ['due'], message });
    }
    for (const field of narrowing) {
      if (request[field] === undefined) continue;
      const message = 'Leave this out where what is due is taken.';
      context.addIssue({ code: 'custom', path: [field], message });
    }
  });

/** As it was stored, perhaps before a name was refused that it has: such a name is left out. */
export const storedRequestSchema = launchRequestSchema.safeExtend({
  name: launchRequestSchema.shape.name.catch(undefined),
});
export type LaunchRequest = z.infer<typeof launchRequestSchema>;

/** How much a run may take at most. */
export const runBudgetSchema = z.strictObject({
  maxItems: launchRequestSchema.shape.maxItems,
  maxRequests: launchRequestSchema.shape.maxRequests,
  maxMinutes: launchRequestSchema.shape.maxMinutes,
});
export type RunBudget = z.infer<typeof runBudgetSchema>;

export interface Run {
  readonly runId: string;
  readonly kind: RunKind;
  /** See `runName`. */
  readonly name: string;
  readonly status: RunStatus;
  readonly phase: RunPhase;
  readonly startedAt: Instant;
  readonly completedAt: Instant | null;
  readonly pausedAt: Instant | null;
  readonly endReason: EndReason | null;
  readonly itemsTotal: number;
  readonly itemsProcessed: number;
  readonly itemsSucceeded: number;
  readonly itemsFailed: number;
  readonly itemsSkipped: number;
  readonly itemsDiscovered: number;
  readonly itemsRetried: number;
  readonly itemsUnchanged: number;
  /** Resources found missing; among the skipped. */
  readonly itemsMissing: number;
  readonly maxItems: number | null;
  readonly maxDepth: number | null;
  readonly maxRequests: number | null;
  readonly requestsSent: number;
  /** Nothing of the run is asked for after it; null = no budget of time. */
  readonly deadlineAt: Instant | null;
  readonly parentRunId: string | null;
  readonly launchedBy: string | null;
  readonly request: LaunchRequest | null;
  readonly sourceRevisions: Readonly<Record<string, number>>;
  readonly heartbeatAt: Instant | null;
  readonly errorMessage: string | null;
}
