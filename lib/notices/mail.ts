/**
 * Sends one message by SMTP. The library is loaded with the first message: a process without a channel of e-mail never
 * does. A server that hangs, dribbles or floods is left at the limits below.
 */
import { connect, type Socket } from 'node:net';
import type { SmtpSettings } from '#lib/config/smtp-settings.ts';
import { AppError } from '#lib/errors/app-error.ts';
import type { AppErrorCode } from '#lib/errors/codes.ts';

export interface Mail {
  /** The same however often it is sent: mail programs show it once. */
  readonly id: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}

/** From the connection to the last answer, ms. */
const usualMostMs = 15_000;
/** Of all its answers; what a server says while it takes a message is some hundred bytes. */
const mostBytes = 262_144;
const lookEveryMs = 50;

/**
 * Resolves with the server's status of the accepted message: `SMTP 250`, and how many recipients it refused.
 * @throws AppError `smtp_timeout`, `smtp_unreachable`, `smtp_tls_failed`, `smtp_sign_in_failed` or `smtp_refused`
 */
export async function sendMail(
  smtp: SmtpSettings,
  mail: Mail,
  { mostMs = usualMostMs }: { readonly mostMs?: number } = {},
): Promise<string> {
  const { createTransport } = await import('nodemailer');
  const socket = await connected(smtp, mostMs);
  let left: AppError | null = null;
  const begun = performance.now();
  const watch = setInterval(() => {
    if (performance.now() - begun >= mostMs) {
      left = new AppError('smtp_timeout', 'The mail server did not take the message in time.');
    } else if (socket.bytesRead >= mostBytes) {
      left = new AppError('smtp_refused', 'The mail server answered with far too much.');
    } else return;
    socket.destroy();
  }, lookEveryMs);
  try {
    const transport = createTransport({
      host: smtp.host,
      port: smtp.port,
      connection: socket,
      secure: smtp.security === 'tls',
      requireTLS: smtp.security === 'starttls',
      ignoreTLS: smtp.security === 'none',
      ...(smtp.signIn ? { auth: { user: smtp.signIn.user, pass: smtp.signIn.password } } : {}),
      // Nothing that a notice says is read from a file or fetched.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    const sent = await transport.sendMail({
      messageId: `<${mail.id}@holocron-ingest>`,
      from: { name: 'Holocron Ingest', address: smtp.from },
      to: [...mail.to],
      subject: mail.subject,
      text: mail.text,
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
    const refused = sent.rejected?.length ?? 0;
    const status = `SMTP ${/^\d{3}/.exec(sent.response ?? '')?.[0] ?? '250'}`;
    return refused === 0 ? status : `${status}, ${refused} of ${mail.to.length} refused`;
  } catch (error) {
    throw left ?? failureOf(error);
  } finally {
    clearInterval(watch);
    socket.destroy();
  }
}

function connected({ host, port }: SmtpSettings, mostMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const limit = setTimeout(() => socket.destroy(new Error('timed out')), mostMs);
    socket.once('connect', () => {
      clearTimeout(limit);
      // Whoever holds it from now on hears of its errors by itself; this keeps the process alive.
      socket.on('error', () => undefined);
      resolve(socket);
    });
    socket.once('error', (cause) => {
      clearTimeout(limit);
      reject(new AppError('smtp_unreachable', 'The mail server cannot be reached.', { cause }));
    });
  });
}

const codes: Readonly<Record<string, AppErrorCode>> = {
  EAUTH: 'smtp_sign_in_failed',
  ENOAUTH: 'smtp_sign_in_failed',
  ETLS: 'smtp_tls_failed',
  EREQUIRETLS: 'smtp_tls_failed',
  ETIMEDOUT: 'smtp_timeout',
  EENVELOPE: 'smtp_refused',
  EMESSAGE: 'smtp_refused',
  EPROTOCOL: 'smtp_refused',
};

/** What the server wrote is left out: it may repeat what it was sent. */
function failureOf(error: unknown): AppError {
  const of = (name: string): unknown =>
    typeof error === 'object' && error !== null && name in error
      ? Reflect.get(error, name)
      : undefined;
  const status = of('responseCode');
  const isCertificate = /certificate|self.signed|altname|SSL|TLS/i.test(String(of('message')));
  const code =
    codes[String(of('code'))] ?? (isCertificate ? 'smtp_tls_failed' : 'smtp_unreachable');
  const said = typeof status === 'number' ? ` It answered ${status}.` : '';
  return new AppError(code, `The mail server did not take the message.${said}`, { cause: error });
}
