/** Ways in which a database is out of reach for a while, for both engines. */
import type { DatabaseSettings } from '#db/settings/model.ts';
import { lockFile } from '#test/db/locked-file.ts';
import { tcpProxy } from '#test/db/tcp-proxy.ts';

export interface Outage {
  readonly name: string;
  /** How long it lasts, ms: longer than a lease, and than whoever waits for the database has patience. */
  readonly lastsMs: number;
  /** Begins it; the returned function ends it. */
  begin(): () => void;
}

export interface Outages {
  /** For the environment of the workers: how they reach the database. */
  readonly env: Readonly<Record<string, string>>;
  readonly all: readonly Outage[];
  close(): Promise<void>;
}

export async function outagesOf(settings: DatabaseSettings): Promise<Outages> {
  if (settings.engine === 'sqlite') {
    const locked: Outage = {
      name: 'another program keeps the file',
      lastsMs: 17_000,
      begin: () => lockFile(settings.path).release,
    };
    return { env: {}, all: [locked], close: async () => {} };
  }
  const proxy = await tcpProxy(settings);
  const restore = () => proxy.restore();
  return {
    // Silence is noticed by a statement's time limit; it must be more than a busy server takes.
    env: throughProxy(proxy.port, { statementSeconds: 20 }),
    all: [
      {
        name: 'connections are refused',
        lastsMs: 7_000,
        begin: () => {
          proxy.refuse();
          return restore;
        },
      },
      {
        name: 'nothing is answered',
        lastsMs: 25_000,
        begin: () => {
          proxy.silence();
          return restore;
        },
      },
    ],
    close: () => proxy.close(),
  };
}

/** A worker's environment with the server behind a proxy, and a bound to its patience with it. */
export function throughProxy(
  port: number,
  { statementSeconds }: { readonly statementSeconds: number },
): Record<string, string> {
  return {
    INGEST_SQLSERVER_HOST: '127.0.0.1',
    INGEST_SQLSERVER_PORT: String(port),
    INGEST_SQLSERVER_CONNECT_TIMEOUT: '5',
    INGEST_SQLSERVER_REQUEST_TIMEOUT: String(statementSeconds),
  };
}
