/** The console's address: taken before anything else happens, kept until the console can serve, then polled. */
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '#lib/errors/app-error.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

const waitingPage = `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="2">
<title>Holocron Ingest is starting</title><p>Holocron Ingest is starting. This page opens the console as soon as it is ready.</p></html>`;

/** From PORT (default 3000) and HOST (default 127.0.0.1: nobody else can reach it). */
export function addressFrom(env: Readonly<Record<string, string | undefined>>): Address {
  const given = env['PORT'] || '3000';
  const port = Number(given);
  if (!/^\d{1,5}$/.test(given) || port < 1 || port > 65_535) {
    throw new AppError(
      'config_invalid',
      'Environment variable PORT: must be a whole number from 1 to 65535.',
    );
  }
  return { host: env['HOST'] || '127.0.0.1', port };
}

/**
 * Listens at the address and answers "starting" until it is released. Throws `port_taken` when
 * another program has it.
 */
export async function reservePort({ host, port }: Address): Promise<{ release(): Promise<void> }> {
  const server = createServer((_request, response) => {
    response.writeHead(503, {
      'content-type': 'text/html; charset=utf-8',
      'retry-after': '2',
      connection: 'close',
    });
    response.end(waitingPage);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(listenError(cause, host, port)));
    server.listen(port, host, resolve);
  });
  return {
    release: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listenError(cause: NodeJS.ErrnoException, host: string, port: number): AppError {
  if (cause.code === 'EADDRINUSE') {
    return new AppError(
      'port_taken',
      `Port ${port} on ${host} is taken: perhaps by another start of this program.`,
      {
        remedy: `Stop the other program, or choose another port: PORT=${port === 65_535 ? 3000 : port + 1} pnpm start`,
        cause,
      },
    );
  }
  if (cause.code === 'EACCES') {
    return new AppError(
      'port_taken',
      `Port ${port} on ${host} may not be used: permission is denied.`,
      {
        remedy: 'Choose a port above 1023: PORT=3000 pnpm start',
        cause,
      },
    );
  }
  return new AppError(
    'config_invalid',
    `The address ${host}:${port} cannot be used (${cause.code ?? 'unknown fault'}).`,
    {
      remedy:
        'Correct HOST: an address of this machine, 127.0.0.1 for itself alone, 0.0.0.0 for all networks.',
      cause,
    },
  );
}

/** The address as a person opens it on this machine. */
export function urlOf({ host, port }: Address): string {
  const local = ['127.0.0.1', '0.0.0.0', '::', '::1', 'localhost'].includes(host);
  return `http://${local ? 'localhost' : inUrl(host)}:${port}`;
}

const inUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** True as soon as the health page answers, whatever it says; false after `withinMs`, or once `gaveUp`. */
export async function answers(
  { host, port }: Address,
  withinMs: number,
  gaveUp: () => boolean,
): Promise<boolean> {
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  const url = `http://${inUrl(name)}:${port}/api/health`;
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline && !gaveUp()) {
    const answered = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
      () => true,
      () => false,
    );
    if (answered) return true;
    await sleep(100);
  }
  return false;
}
