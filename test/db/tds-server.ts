/**
 * A stand-in for SQL Server that speaks just enough TDS to be connected to: it admits or refuses sign-ins, and
 * answers every statement with nothing. https://learn.microsoft.com/openspecs/windows_protocols/ms-tds
 */
import { createServer, type Socket } from 'node:net';

const packet = { batch: 0x01, rpc: 0x03, transaction: 0x0e, login: 0x10, prelogin: 0x12 } as const;
const headerLength = 8;

export interface TdsServer {
  readonly port: number;
  /** Sign-ins so far, refused ones included. */
  readonly signIns: () => number;
  /** The names that programs gave themselves. */
  readonly programs: readonly string[];
  /** The batches that were sent as text, in order. */
  readonly batches: readonly string[];
  /** Refuses sign-ins with this error from now on; null admits them. */
  refuse(error: { readonly number: number; readonly text: string } | null): void;
  /** Puts the name of a partner in front of every answer to a statement. */
  namePartner(name: string): void;
  close(): Promise<void>;
}

export async function tdsServer(): Promise<TdsServer> {
  const sockets = new Set<Socket>();
  const programs: string[] = [];
  const batches: string[] = [];
  let signIns = 0;
  let refusal: { readonly number: number; readonly text: string } | null = null;
  let partner: string | null = null;

  const answer = (type: number, body: Buffer): Buffer => {
    if (type === packet.prelogin) return preloginAnswer;
    if (type === packet.login) {
      signIns += 1;
      programs.push(programOf(body));
      if (refusal) return Buffer.concat([errorToken(refusal), done(0x02)]);
      return Buffer.concat([loginAck, done()]);
    }
    // Behind the headers of the message, whose length comes first.
    if (type === packet.batch) batches.push(body.toString('utf16le', body.readUInt32LE(0)));
    const before = partner === null ? [] : [partnerToken(partner)];
    return Buffer.concat([...before, type === packet.rpc ? doneProcedure : done()]);
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    let received = Buffer.alloc(0);
    let message: Buffer[] = [];
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      while (received.length >= headerLength) {
        const length = received.readUInt16BE(2);
        if (received.length < length) return;
        const [type = 0, status = 0] = received;
        message.push(received.subarray(headerLength, length));
        received = received.subarray(length);
        // The last packet of the message.
        if ((status & 0x01) === 0) continue;
        socket.write(inPacket(answer(type, Buffer.concat(message))));
        message = [];
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    signIns: () => signIns,
    programs,
    batches,
    refuse(error) {
      refusal = error;
    },
    namePartner(name) {
      partner = name;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function inPacket(body: Buffer): Buffer {
  const header = Buffer.from([0x04, 0x01, 0, 0, 0, 0, 1, 0]);
  header.writeUInt16BE(headerLength + body.length, 2);
  return Buffer.concat([header, body]);
}

/** Its version, and that it does not encrypt. */
const preloginAnswer = Buffer.from([
  ...[0x00, 0, 11, 0, 6],
  ...[0x01, 0, 17, 0, 1],
  0xff,
  ...[16, 0, 0, 0, 0, 0],
  0x02,
]);

/** Text with its length in characters before it, in one byte. */
const short = (text: string) =>
  Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'utf16le')]);

function token(type: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.from([type, 0, 0]);
  head.writeUInt16LE(body.length, 1);
  return Buffer.concat([head, body]);
}

/** T-SQL, TDS 7.4. */
const loginAck = token(
  0xad,
  Buffer.from([1, 0x74, 0, 0, 4]),
  short('Stand-in'),
  Buffer.from([16, 0, 0, 0]),
);

const done = (status = 0) => Buffer.from([0xfd, status, ...new Array<number>(11).fill(0)]);
const doneProcedure = Buffer.from([0xfe, ...new Array<number>(12).fill(0)]);

function errorToken({ number, text }: { readonly number: number; readonly text: string }): Buffer {
  const head = Buffer.alloc(8);
  head.writeInt32LE(number, 0);
  // State 1, severity 14.
  head.writeUInt8(1, 4);
  head.writeUInt8(14, 5);
  head.writeUInt16LE(text.length, 6);
  const line = Buffer.from([1, 0, 0, 0]);
  return token(0xaa, head, Buffer.from(text, 'utf16le'), short('stand-in'), short(''), line);
}

/** ENVCHANGE 13: the partner of a mirrored database. */
const partnerToken = (name: string) => token(0xe3, Buffer.from([13]), short(name), short(''));

/** LOGIN7 says where the program's name stands: the fourth of its offsets and lengths, from byte 36 on. */
function programOf(login: Buffer): string {
  const at = login.readUInt16LE(36 + 3 * 4);
  const characters = login.readUInt16LE(36 + 3 * 4 + 2);
  return login.toString('utf16le', at, at + 2 * characters);
}
