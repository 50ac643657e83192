'use server';
import { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import { type DryRun, dryRunRule } from '#lib/alerts/dry-run.ts';
import { acknowledgeAlert } from '#lib/alerts/list-alerts.ts';
import { saveRuleSettings } from '#lib/alerts/rule-settings.ts';
import { seenSchema } from '#lib/audit/changed-meanwhile.ts';
import {
  addChannel,
  changeChannel,
  channelChangeSchema,
  channelInputSchema,
  deleteChannel,
} from '#lib/notices/channels.ts';
import { testChannel } from '#lib/notices/deliver.ts';
import { outgoingOf } from '#lib/notices/send.ts';

const alertSchema = z.object({ alertId: z.string().max(36) });

export async function acknowledgeAlertAction(
  given: z.input<typeof alertSchema>,
): Promise<ActionResult<null>> {
  return runAction(alertSchema, given, async ({ runtime, actor, input: { alertId } }) => {
    await acknowledgeAlert(runtime.db, actor, alertId);
    return null;
  });
}

const ruleSchema = z.object({
  rule: z.string().max(40),
  enabled: z.boolean(),
  values: z.record(z.string().max(40), z.number()),
  quarantine: z.boolean().optional(),
  seen: seenSchema,
});

export async function saveRuleAction(
  given: z.input<typeof ruleSchema>,
): Promise<ActionResult<null>> {
  return runAction(ruleSchema, given, async ({ runtime, actor, input }) => {
    await saveRuleSettings(runtime.db, actor, input.rule, input);
    return null;
  });
}

export async function dryRunAction(
  given: z.input<typeof ruleSchema>,
): Promise<ActionResult<DryRun>> {
  return runAction(
    ruleSchema,
    given,
    ({ runtime, actor, input }) => dryRunRule(runtime.db, actor, input.rule, input.values),
    { cost: 10 },
  );
}

/** The secret that a webhook is signed with; null for other kinds. */
export async function addChannelAction(
  given: z.input<typeof channelInputSchema>,
): Promise<ActionResult<string | null>> {
  return runAction(channelInputSchema, given, async ({ runtime, actor, input }) => {
    const { signingSecret } = await addChannel(runtime.db, actor, input, outgoingOf(runtime));
    return signingSecret;
  });
}

/** The new secret that a webhook is signed with; null where it stays. */
export async function changeChannelAction(
  given: z.input<typeof channelChangeSchema>,
): Promise<ActionResult<string | null>> {
  return runAction(channelChangeSchema, given, ({ runtime, actor, input }) =>
    changeChannel(runtime.db, actor, input, outgoingOf(runtime)),
  );
}

const channelSchema = z.object({ channelId: z.string().max(36) });

export async function deleteChannelAction(
  given: z.input<typeof channelSchema>,
): Promise<ActionResult<null>> {
  return runAction(channelSchema, given, async ({ runtime, actor, input: { channelId } }) => {
    await deleteChannel(runtime.db, actor, channelId);
    return null;
  });
}

export async function testChannelAction(
  given: z.input<typeof channelSchema>,
): Promise<ActionResult<{ readonly ok: boolean; readonly words: string }>> {
  return runAction(
    channelSchema,
    given,
    ({ runtime, actor, input: { channelId } }) =>
      testChannel(runtime.db, actor, channelId, outgoingOf(runtime)),
    { cost: 20 },
  );
}
