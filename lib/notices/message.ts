/** A notice as each kind of channel reads it. Pure. */
import { createHmac, randomBytes } from 'node:crypto';
import { boundedMessage } from '#lib/errors/bounded-message.ts';
import type { JsonObject } from '#lib/json.ts';

export const channelKinds = ['webhook', 'slack', 'teams', 'email'] as const;
export type ChannelKind = (typeof channelKinds)[number];
type PostedKind = Exclude<ChannelKind, 'email'>;

/** One thing that is told. */
export interface Message {
  readonly id: string;
  readonly type: string;
  readonly at: string;
  readonly title: string;
  readonly detail: string;
  /** The page of the console to look at; null where its address is not known. */
  readonly url: string | null;
  readonly data: JsonObject;
}

/** What is sent at once: one message, or several that were held, oldest first. */
export interface Letter {
  readonly id: string;
  readonly messages: readonly [Message, ...Message[]];
}

/** A chat shows so many of a digest, and how many more there are. */
const mostInChat = 20;

const slackText = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Texts come from sources: nothing of them is read as markup. */
const teamsText = (text: string) => text.replace(/[\\`*_{}[\]()#+!|<>-]/g, '\\$&');

/** A line for a person: the title of the one message, or how many there are. */
export const subjectOf = ({ messages: [first, ...more] }: Letter): string =>
  more.length === 0 ? first.title : `${more.length + 1} notices, the first: ${first.title}`;

/** The body that is posted, JSON. */
export function bodyOf(kind: PostedKind, letter: Letter): string {
  const shown = letter.messages.slice(0, mostInChat);
  const left = letter.messages.length - shown.length;
  const heading = letter.messages.length === 1 ? null : subjectOf(letter);
  const rest = left === 0 ? null : `and ${left} more, in the delivery log of the console.`;
  switch (kind) {
    case 'webhook':
      return JSON.stringify(webhookBody(letter));
    // Incoming webhooks of Slack, Mattermost and others.
    case 'slack':
      return JSON.stringify({
        text: [heading && slackText(heading), ...shown.map(slackLines), rest]
          .filter((part) => part !== null)
          .join('\n\n'),
      });
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
                ...(heading === null ? [] : [textBlock(teamsText(heading))]),
                ...shown.flatMap(({ title, detail, url }) => [
                  {
                    ...textBlock(teamsText(title)),
                    weight: 'Bolder',
                    ...(url === null ? {} : { selectAction: { type: 'Action.OpenUrl', url } }),
                  },
                  textBlock(teamsText(boundedMessage(detail, mostOfDetail))),
                ]),
                ...(rest === null ? [] : [textBlock(rest)]),
              ],
              ...(letter.messages.length === 1 && letter.messages[0].url !== null
                ? {
                    actions: [
                      {
                        type: 'Action.OpenUrl',
                        title: 'Open in the console',
                        url: letter.messages[0].url,
                      },
                    ],
                  }
                : {}),
            },
          },
        ],
      });
  }
}

/** Of a detail in a chat, characters. */
const mostOfDetail = 600;

const textBlock = (text: string) => ({ type: 'TextBlock', text, wrap: true });

const slackLines = ({ title, detail, url }: Message) =>
  `*${url === null ? slackText(title) : `<${url}|${slackText(title)}>`}*\n${slackText(boundedMessage(detail, mostOfDetail))}`;

const ofMessage = ({ type, at, title, detail, url, data }: Message) => ({
  type,
  timestamp: at,
  data: { title, detail, url, ...data },
});

function webhookBody(letter: Letter): object {
  const [first, ...more] = letter.messages;
  if (more.length === 0) return ofMessage(first);
  return {
    type: 'digest',
    timestamp: letter.messages.at(-1)?.at ?? first.at,
    data: { title: subjectOf(letter), messages: letter.messages.map(ofMessage) },
  };
}

/** The text of an e-mail. */
export const mailText = ({ messages }: Letter): string =>
  messages
    .map(({ type, at, title, detail, url }) =>
      [title, detail, url, `${type}, ${at}`].filter((line) => line !== null).join('\n'),
    )
    .join('\n\n')
    .concat('\n');

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
