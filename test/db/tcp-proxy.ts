/**
 * A TCP proxy that does to connections what networks do: cut them, refuse new ones, swallow what is
 * sent without a word, hold it back. It reads TDS just enough to do so in the middle of a commit.
 */
import { connect, createServer, type Socket } from 'node:net';

/**
 * `reset`: both ends are told. `half-open`: nothing arrives any more, and neither end is told.
 * `stalled`: what is sent arrives after a while. `before`: the server never hears of the commit;
 * `after`: it carries the commit out, and the answer is what gets lost.
 */
export const commitFaults = [
  'reset before',
  'reset after',
  'half-open before',
  'half-open after',
  'stalled',
] as const;

export type CommitFault = (typeof commitFaults)[number];

export interface TcpProxy {
  readonly port: number;
  /** Resets every connection through it. */
  cut(): void;
  /** Resets every connection, and each new one, until `restore`. */
  refuse(): void;
  /** Connections, and new ones, stay open and carry nothing: these are lost, `restore` or not. */
  silence(): void;
  /** New connections are carried again. */
  restore(): void;
  /** Asked at each commit a client sends; null lets it pass. Sees nothing of encrypted connections. */
  onCommit(choose: () => CommitFault | null): void;
  /** The same at each call of the procedure that a client sends in one packet. */
  onCall(procedure: string, choose: () => CommitFault | null): void;
  close(): Promise<void>;
}

interface ProxyOptions {
  /** How long a stalled connection holds its bytes back, ms. */
  readonly stallMs?: number;
  /** How long a server takes to notice that its client is gone (its TCP keep-alive), ms. */
  readonly noticeMs?: number;
}

export async function tcpProxy(
  target: { readonly host: string; readonly port: number },
  { stallMs = 1_000, noticeMs = 3_000 }: ProxyOptions = {},
): Promise<TcpProxy> {
  const links = new Set<Link>();
  const timers = new Set<NodeJS.Timeout>();
  let weather: 'fair' | 'refusing' | 'silent' = 'fair';
  let choose: () => CommitFault | null = () => null;
  let call: { readonly name: Buffer; readonly choose: () => CommitFault | null } | null = null;

  const later = (ms: number, fn: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      fn();
    }, ms);
    timers.add(timer);
  };

  const server = createServer((inner) => {
    inner.on('error', () => {});
    if (weather === 'refusing') return void inner.resetAndDestroy();
    const link = new Link(inner, connect(target.port, target.host));
    links.add(link);
    link.onClosed = (how) => {
      // The server of a connection that went silent learns of it late, as from its keep-alive.
      if (how === 'silent') later(noticeMs, () => link.end());
      else link.end();
    };
    link.outer.once('close', () => links.delete(link));
    link.onPacket = (packet) => {
      const isCall = call !== null && packet.includes(call.name);
      const fault = isCommit(packet) ? choose() : isCall ? (call?.choose() ?? null) : null;
      if (fault === 'reset before') return link.reset();
      if (fault === 'half-open before') return link.fallSilent();
      if (fault === 'reset after') link.outer.once('data', () => link.reset());
      if (fault === 'half-open after') link.fallSilent();
      if (fault === 'stalled') {
        link.hold();
        later(stallMs, () => link.goOn());
      }
      link.outer.write(packet);
    };
    if (weather === 'silent') link.fallSilent();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  const cut = () => {
    for (const link of links) link.reset();
  };
  return {
    port: address.port,
    cut,
    refuse() {
      weather = 'refusing';
      cut();
    },
    silence() {
      weather = 'silent';
      for (const link of links) link.fallSilent();
    },
    restore() {
      weather = 'fair';
    },
    onCommit(chooser) {
      choose = chooser;
    },
    onCall(procedure, chooser) {
      call = { name: Buffer.from(procedure, 'utf16le'), choose: chooser };
    },
    async close() {
      for (const timer of timers) clearTimeout(timer);
      weather = 'refusing';
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A client's connection and the one to the server that belongs to it. */
class Link {
  readonly inner: Socket;
  readonly outer: Socket;
  onClosed: (how: 'plain' | 'silent') => void = () => {};
  onPacket: (packet: Buffer) => void = () => {};
  #silent = false;

  constructor(inner: Socket, outer: Socket) {
    this.inner = inner;
    this.outer = outer;
    inner.on('data', (bytes) => {
      if (!this.#silent) this.onPacket(bytes);
    });
    outer.on('data', (bytes) => {
      if (!this.#silent) inner.write(bytes);
    });
    for (const socket of [inner, outer]) {
      socket.on('error', () => {});
      socket.on('close', () => this.onClosed(this.#silent ? 'silent' : 'plain'));
    }
  }

  reset(): void {
    this.#silent = true;
    this.inner.resetAndDestroy();
    this.outer.resetAndDestroy();
  }

  end(): void {
    this.inner.destroy();
    this.outer.destroy();
  }

  fallSilent(): void {
    this.#silent = true;
  }

  hold(): void {
    this.outer.pause();
  }

  goOn(): void {
    this.outer.resume();
  }
}

/**
 * A TDS transaction manager request to commit: packet type 0x0E, a header of 8 bytes, then all headers
 * with their length first, then the request type. Clients await each answer, so that a message begins
 * where a chunk does. https://learn.microsoft.com/openspecs/windows_protocols/ms-tds
 */
function isCommit(bytes: Buffer): boolean {
  const header = 8;
  if (bytes.length < header + 4 || bytes[0] !== 0x0e) return false;
  const at = header + bytes.readUInt32LE(header);
  return at + 2 <= bytes.length && bytes.readUInt16LE(at) === 7;
}
