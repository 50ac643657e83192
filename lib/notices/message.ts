/** A notice as each kind of channel reads it. Pure. */
import { createHmac, randomBytes } from 'node:crypto';
import type { JsonObject } from '#lib/json.ts';

export const channelKinds = ['webhook', 'slack', 'teams'] as const;
export type ChannelKind = (typeof channelKinds)[number];

export interface Message {
  readonly id: string;
  readonly type: string;
  readonly at: string;
  readonly title: string;
  readonly detail: string;
  readonly data: JsonObject;
}

const slackText = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Texts come from sources: nothing of them is read as markup. */
const teamsText = (text: string) => text.replace(/[\\`*_{}[\]()#+!|<>-]/g, '\\$&');

export function bodyOf(kind: ChannelKind, message: Message): string {
  const { title, detail, type, at, data } = message;
  switch (kind) {
    case 'webhook':
      return JSON.stringify({ type, timestamp: at, data: { title, detail, ...data } });
    // Incoming webhooks of Slack, Mattermost and others.
    case 'slack':
      return JSON.stringify({ text: `*${slackText(title)}*\n${slackText(detail)}` });
    // Workflows of Teams take a message with an adaptive card.
    case 'teams':
      return JSON.stringify({
        type: 'message',
        attachments: [
          {
            contentType: 'application/vnd.microsoft.card.adaptive',
            content: {
              $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
              type: 'AdaptiveCard',
              version: '1.4',
              body: [
                { type: 'TextBlock', text: teamsText(title), weight: 'Bolder', wrap: true },
                { type: 'TextBlock', text: teamsText(detail), wrap: true },
              ],
            },
          },
        ],
      });
  }
}

const secretPrefix = 'whsec_';

/** As Standard Webhooks writes them: 24 to 64 random bytes in Base64 behind `whsec_`. */
export const newSigningSecret = (): string =>
  `${secretPrefix}${randomBytes(32).toString('base64')}`;

/**
 * The headers of Standard Webhooks (github.com/standard-webhooks/standard-webhooks, spec 1.0): id, time in seconds, and
 * HMAC-SHA256 over `id.time.body`.
 */
export function signatureHeaders(
  secret: string,
  { id, body, atMs }: { readonly id: string; readonly body: string; readonly atMs: number },
): Record<string, string> {
  const timestamp = Math.floor(atMs / 1_000).toString();
  const key = Buffer.from(secret.slice(secretPrefix.length), 'base64');
  const digest = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${digest}`,
  };
}
