/** Sends a letter to a channel, as its kind is sent to. */
import { z } from 'zod';
import type { AppConfig } from '#lib/config/model.ts';
import type { SmtpSettings } from '#lib/config/smtp-settings.ts';
import type { HttpClient } from '#lib/egress/http-client.ts';
import { AppError } from '#lib/errors/app-error.ts';
import type { Runtime } from '#lib/runtime.ts';
import { channelContext, type SecretBox } from '#lib/sources/secrets.ts';
import { sendMail } from './mail.ts';
import {
  bodyOf,
  channelKinds,
  type Letter,
  mailText,
  signatureHeaders,
  subjectOf,
} from './message.ts';

/** A receiver that takes longer is asked again later, ms. */
const timeoutMs = 15_000;

export interface Outgoing {
  readonly http: HttpClient;
  readonly secretBox: SecretBox;
  /** Null = no mail server is configured. */
  readonly smtp: SmtpSettings | null;
  /** `https://ingest.example.org`; null = messages hold no link. */
  readonly consoleOrigin: string | null;
}

/** What a process sends with. */
export const outgoingOf = ({
  http,
  secretBox,
  config,
}: Pick<Runtime, 'http' | 'secretBox'> & {
  readonly config: Pick<AppConfig, 'smtp' | 'requests'>;
}): Outgoing => ({
  http,
  secretBox,
  smtp: config.smtp,
  consoleOrigin: config.requests.consoleOrigin,
});

/** What is sealed of a channel that is posted to, and of one of e-mail. */
export const postedSchema = z.object({ url: z.string(), signingSecret: z.string().nullable() });
const mailedSchema = z.object({ to: z.array(z.string()) });

export interface SealedChannel {
  readonly channelId: string;
  readonly kind: string;
  readonly sealed: string;
}

export interface Answer {
  readonly ok: boolean;
  /** `HTTP 200`, `SMTP 250`, or the code of what went wrong; never the address, which holds a token. */
  readonly words: string;
}

export async function send(
  channel: SealedChannel,
  letter: Letter,
  outgoing: Outgoing,
): Promise<Answer> {
  try {
    const kind = z.enum(channelKinds).parse(channel.kind);
    const opened = outgoing.secretBox.open(channel.sealed, channelContext(channel.channelId));
    const sealed: unknown = JSON.parse(opened);
    if (kind !== 'email') return await post(kind, postedSchema.parse(sealed), letter, outgoing);
    if (outgoing.smtp === null) {
      throw new AppError('smtp_not_configured', 'No mail server is configured.');
    }
    const words = await sendMail(outgoing.smtp, {
      id: letter.id,
      to: mailedSchema.parse(sealed).to,
      subject: subjectOf(letter),
      text: mailText(letter),
    });
    return { ok: true, words };
  } catch (error) {
    if (error instanceof AppError) return { ok: false, words: error.code };
    throw error;
  }
}

async function post(
  kind: Parameters<typeof bodyOf>[0],
  { url, signingSecret }: z.output<typeof postedSchema>,
  letter: Letter,
  { http }: Outgoing,
): Promise<Answer> {
  const body = bodyOf(kind, letter);
  const signed =
    signingSecret === null
      ? {}
      : signatureHeaders(signingSecret, { id: letter.id, body, atMs: Date.now() });
  const { status } = await http.request({
    url,
    // The address itself is the secret.
    credential: { origins: [new URL(url).origin], secrets: [] },
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signed },
    body,
    timeoutMs,
    // Only the status counts, and a message is not carried on to another address.
    cutAt: 1_024,
    maxRedirects: 0,
  });
  return { ok: status >= 200 && status < 300, words: `HTTP ${status}` };
}
