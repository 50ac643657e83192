/** E-mail with a real server on this machine, and with servers that are none. */
import { createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import type { SmtpSettings } from '#lib/config/smtp-settings.ts';
import { openSite, until } from '#test/worker/processes.ts';
import { addChannel, listDeliveries } from './channels.ts';
import { sendMail } from './mail.ts';
import { putNotice } from './outbox.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

const portOf = (server: Server): number => {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

async function aMailServer(options: SMTPServerOptions = {}) {
  const got: { readonly to: string[]; readonly mail: string }[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, session, done) {
      text(stream).then((mail) => {
        got.push({ to: session.envelope.rcptTo.map(({ address }) => address), mail });
        done();
      }, done);
    },
    ...options,
  });
  // What it finds wrong with a client is the client's to say.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  closing.push(() => new Promise((resolve) => server.close(() => resolve())));
  return { got, port: portOf(server.server) };
}

/** A server that does with each connection as it is told. */
async function aBadServer(meet: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    meet(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return portOf(server);
}

const at = (port: number, over: Partial<SmtpSettings> = {}): SmtpSettings => ({
  host: '127.0.0.1',
  port,
  security: 'none',
  from: 'ingest@example.org',
  signIn: null,
  ...over,
});
const mail = {
  id: 'message-1',
  to: ['ana@example.org', 'ben@example.org'],
  subject: 'A page\r\nBcc: eve@example.org is empty — größer',
  text: 'It is.\n.\nhttps://ingest.example.org/alerts\n',
};

describe('e-mail', () => {
  it('reaches all recipients as one message whose headers nothing of its title gets into', async () => {
    const { got, port } = await aMailServer();
    expect(await sendMail(at(port), mail)).toBe('SMTP 250');
    expect(got).toHaveLength(1);
    const [{ to, mail: raw } = { to: [], mail: '' }] = got;
    expect(to).toEqual(mail.to);
    const [headers = ''] = raw.split('\r\n\r\n');
    expect(headers).toMatch(/^Message-ID: <message-1@holocron-ingest>$/im);
    expect(headers).toMatch(/^Auto-Submitted: auto-generated$/im);
    expect(headers).not.toMatch(/^Bcc:/im);
    expect(raw).toContain('https://ingest.example.org/alerts');
  });

  it('signs in with what is configured, and says where that is refused', async () => {
    const { got, port } = await aMailServer({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth({ username, password }, _session, done) {
        if (username === 'ingest' && password === 's3cret') done(null, { user: 'ingest' });
        else done(new Error('wrong'));
      },
    });
    const as = (password: string) => at(port, { signIn: { user: 'ingest', password } });
    await sendMail(as('s3cret'), mail);
    expect(got).toHaveLength(1);
    await expect(sendMail(as('wrong-one'), mail)).rejects.toMatchObject({
      code: 'smtp_sign_in_failed',
      message: expect.not.stringContaining('wrong-one'),
    });
  });

  it('counts recipients that are refused, and fails when all are', async () => {
    const { got, port } = await aMailServer({
      onRcptTo({ address }, _session, done) {
        if (address.startsWith('ana')) done();
        else done(Object.assign(new Error('unknown'), { responseCode: 550 }));
      },
    });
    expect(await sendMail(at(port), mail)).toBe('SMTP 250, 1 of 2 refused');
    await expect(sendMail(at(port), { ...mail, to: ['ben@example.org'] })).rejects.toMatchObject({
      code: 'smtp_refused',
    });
    expect(got).toHaveLength(1);
  });

  it('is never sent in clear to a server that was to speak TLS, nor to one whose certificate nobody vouches for', async () => {
    const plain = await aMailServer();
    await expect(sendMail(at(plain.port, { security: 'starttls' }), mail)).rejects.toMatchObject({
      code: 'smtp_tls_failed',
    });
    // Its certificate is one of its own making.
    const own = await aMailServer({ disabledCommands: ['AUTH'] });
    await expect(sendMail(at(own.port, { security: 'starttls' }), mail)).rejects.toMatchObject({
      code: 'smtp_tls_failed',
    });
    const secure = await aMailServer({ secure: true });
    await expect(sendMail(at(secure.port, { security: 'tls' }), mail)).rejects.toMatchObject({
      code: 'smtp_tls_failed',
    });
    expect([...plain.got, ...own.got, ...secure.got]).toEqual([]);
  });

  it.each<[string, (socket: Socket) => void]>([
    ['never greets', () => undefined],
    [
      'dribbles its greeting',
      (socket) => {
        const drop = setInterval(() => socket.write('2'), 20);
        socket.on('close', () => clearInterval(drop));
      },
    ],
    [
      'greets and then hangs',
      (socket) => {
        socket.write('220 here\r\n');
      },
    ],
  ])('gives up on a server that %s', async (_, meet) => {
    const port = await aBadServer(meet);
    await expect(sendMail(at(port), mail, { mostMs: 600 })).rejects.toMatchObject({
      code: 'smtp_timeout',
    });
  });

  it.each<[string, (socket: Socket) => void]>([
    ['hangs up', (socket) => socket.destroy()],
    ['is a web server', (socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    [
      'sends without end',
      (socket) => {
        const more = () => {
          while (!socket.destroyed && socket.write('2'.repeat(16_384)));
        };
        socket.on('drain', more);
        more();
      },
    ],
    [
      'greets without end',
      (socket) => {
        const more = () => {
          while (!socket.destroyed && socket.write('220-2222\r\n'.repeat(2_000)));
        };
        socket.on('drain', more);
        more();
      },
    ],
    ['ends in the middle', (socket) => void socket.end('220 here\r\n250-')],
  ])('fails with a code at a server that %s', async (_, meet) => {
    const port = await aBadServer(meet);
    await expect(sendMail(at(port), mail)).rejects.toMatchObject({
      code: expect.stringMatching(/^smtp_(unreachable|refused)$/),
    });
  });

  it('fails with a code where nothing listens, and where the host has no address', async () => {
    const port = await aBadServer(() => undefined);
    await Promise.all(closing.splice(0).map((close) => close()));
    await expect(sendMail(at(port), mail)).rejects.toMatchObject({ code: 'smtp_unreachable' });
    await expect(sendMail(at(25, { host: 'mail.invalid' }), mail)).rejects.toMatchObject({
      code: 'smtp_unreachable',
    });
  });

  it('is sent by a worker as its environment says, with a link to the console', async () => {
    const { got, port } = await aMailServer();
    const site = await openSite();
    try {
      const { db, secretBox } = site.runtime;
      const smtp = at(port);
      await addChannel(
        db,
        systemActor('test'),
        {
          name: 'The team',
          kind: 'email',
          address: 'ana@example.org; ben@example.org',
          alerts: true,
          runEnds: false,
        },
        { secretBox, smtp },
      );
      await db.transaction((tx) =>
        putNotice(tx, {
          type: 'alert.opened',
          title: 'The disk is full',
          detail: 'Make room.',
          severity: 'critical',
          href: '/storage',
          data: {},
        }),
      );
      const worker = site.start('commands/worker.ts', [], {
        INGEST_SMTP_HOST: '127.0.0.1',
        INGEST_SMTP_PORT: String(port),
        INGEST_SMTP_SECURITY: 'none',
        INGEST_SMTP_FROM: 'ingest@example.org',
        NEXTAUTH_URL: 'https://console.example.org',
      });
      await until('it has arrived', () => got.length > 0);
      worker.process.kill('SIGTERM');
      await worker.ended;
      expect(got).toHaveLength(1);
      expect(got[0]?.to).toEqual(['ana@example.org', 'ben@example.org']);
      expect(got[0]?.mail).toMatch(/^Subject: The disk is full$/m);
      expect(got[0]?.mail).toContain('https://console.example.org/storage');
      expect(await listDeliveries(db)).toMatchObject([
        { outcome: 'delivered', lastAnswer: 'SMTP 250' },
      ]);
    } finally {
      await site.dispose();
    }
  }, 90_000);
});
