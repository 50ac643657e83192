/** A wire on loopback that counts what passes through it, headers included. */
import { connect, createServer, type Socket } from 'node:net';

export interface ByteMeter {
  readonly port: number;
  /** Bytes so far, there and back. */
  passed(): number;
  close(): Promise<void>;
}

/** Leads to a port on loopback. */
export async function startByteMeter(toPort: number): Promise<ByteMeter> {
  let bytes = 0;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(toPort, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('data', (chunk) => {
        bytes += chunk.byteLength;
      });
      one.once('error', () => other.destroy());
      one.once('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return {
    port: address.port,
    passed: () => bytes,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
