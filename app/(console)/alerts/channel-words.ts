/** The kinds of channels, and when they are told, in words. */
import type { ChannelTiming } from '#lib/notices/timing.ts';

export const channelWords = {
  webhook: 'Webhook (Standard Webhooks)',
  slack: 'Slack, Mattermost and alike',
  teams: 'Microsoft Teams',
  email: 'E-mail',
} as const;
export type ChannelKind = keyof typeof channelWords;

export const dayWords = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

/** `together every 30 minutes; quiet 22:00–07:00 Mon, Tue (Europe/Berlin)`. */
export function timingWords({ digest, quiet, timeZone, breaksThrough }: ChannelTiming): string {
  const zone = ` (${timeZone})`;
  const told =
    digest === null
      ? 'at once'
      : 'at' in digest
        ? `together at ${digest.at}`
        : `together every ${digest.everyMinutes === 1 ? 'minute' : `${digest.everyMinutes} minutes`}`;
  const days =
    quiet === null || quiet.days.length === 7
      ? ''
      : ` ${quiet.days.map((day) => dayWords[day]).join(', ')}`;
  const hours = quiet === null ? '' : `; quiet ${quiet.from}–${quiet.to}${days}`;
  const through =
    (digest === null && quiet === null) || breaksThrough === null
      ? ''
      : `; ${breaksThrough === 'critical' ? 'critical at once' : 'warnings at once'}`;
  const hasClock = quiet !== null || (digest !== null && 'at' in digest);
  return `${told}${hours}${hasClock ? zone : ''}${through}`;
}
