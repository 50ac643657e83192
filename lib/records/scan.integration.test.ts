/** Over sockets: against a clamd where Debian's `clamav-daemon` is installed, and against servers that answer badly. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isInstalled, clamd as program } from '#test/programs.ts';
import { scan } from './scan.ts';

/** https://www.eicar.org: harmless, and known to every scanner. Written in two parts, so that this file is no find. */
const eicar = `X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR${'-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'}`;
const unavailable = expect.objectContaining({ code: 'scanner_unavailable' });

let server: Server | null = null;
const sockets = new Set<Socket>();
const close = () =>
  new Promise<void>((resolve) => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    if (server === null) resolve();
    else server.close(() => resolve());
    server = null;
  });
afterEach(close);

async function answering(answer: (socket: Socket) => void) {
  const made = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    answer(socket);
  });
  server = made;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  const address = made.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return { host: '127.0.0.1', port: address.port };
}

describe('a scanner', () => {
  it.each([
    ['finds something', 'stream: Win.Test.EICAR_HDB-1 FOUND\0', 'Win.Test.EICAR_HDB-1'],
    ['finds nothing', 'stream: OK\0', null],
    ['names it so that a terminal would obey', 'stream: a\u001b[2J FOUND\0', 'a?[2J'],
  ])('that %s is believed', async (_, text, found) => {
    const at = await answering((socket) =>
      socket.on('data', (data) => {
        if (data.subarray(-4).equals(Buffer.alloc(4))) socket.end(text);
      }),
    );
    expect(await scan(at, Buffer.alloc(200_000, 'x'))).toBe(found);
  });

  it.each([
    ['takes no more', (socket: Socket) => socket.end('INSTREAM size limit exceeded. ERROR\0')],
    ['hangs up', (socket: Socket) => socket.destroy()],
    ['says nothing', (socket: Socket) => socket.end()],
    ['says something else', (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['says it without end', (socket: Socket) => socket.write('x'.repeat(100_000))],
  ])('that %s lets nothing through', async (_, answer) => {
    const at = await answering(answer);
    await expect(scan(at, Buffer.alloc(3_000_000, 'x'))).rejects.toEqual(unavailable);
  });

  it('that is not there lets nothing through', async () => {
    const at = await answering(() => undefined);
    await close();
    await expect(scan(at, Buffer.from('x'))).rejects.toEqual(unavailable);
    await expect(scan({ path: '/nowhere/clamd.ctl' }, Buffer.from('x'))).rejects.toEqual(
      unavailable,
    );
  });
});

describe.runIf(isInstalled(program))('a clamd', () => {
  let directory: string;
  let clamd: ChildProcess;
  const socketFile = () => path.join(directory, 'clamd.ctl');

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'clamd-'));
    // One signature of our own: no list of them comes with the package.
    const hex = Buffer.from(eicar).toString('hex');
    await writeFile(path.join(directory, 'test.ndb'), `Test.Eicar:0:*:${hex}\n`);
    const settings = [
      `DatabaseDirectory ${directory}`,
      `LocalSocket ${socketFile()}`,
      'Foreground yes',
    ];
    await writeFile(path.join(directory, 'clamd.conf'), `${settings.join('\n')}\n`);
    clamd = spawn('clamd', ['-c', path.join(directory, 'clamd.conf')], { stdio: 'ignore' });
    const deadline = performance.now() + 60_000;
    for (;;) {
      const isUp = await scan({ path: socketFile() }, Buffer.from('x')).then(
        () => true,
        () => false,
      );
      if (isUp) break;
      if (performance.now() > deadline) throw new Error('clamd did not begin to answer');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }, 90_000);
  afterAll(async () => {
    const ended = once(clamd, 'exit');
    clamd.kill();
    await ended;
    await rm(directory, { recursive: true, force: true });
  });

  it('finds what it knows, in the middle of megabytes as well, and nothing in the rest', async () => {
    const at = { path: socketFile() };
    const large = Buffer.alloc(5_000_000, 'page ');
    expect(await scan(at, Buffer.from(eicar))).toMatch(/^Test\.Eicar/);
    expect(await scan(at, large)).toBeNull();
    large.write(eicar, 2_500_000);
    expect(await scan(at, large)).toMatch(/^Test\.Eicar/);
    expect(await scan(at, Buffer.alloc(0))).toBeNull();
  });
});
