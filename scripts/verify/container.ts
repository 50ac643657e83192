/** A SQL Server in a container that is thrown away: a free name, a free port, a password that nobody keeps. */
import { randomBytes } from 'node:crypto';
import { execa } from 'execa';
import { AppError } from '#lib/errors/app-error.ts';

export const serverVersions = ['2019', '2022', '2025'] as const;
export type ServerVersion = (typeof serverVersions)[number];

interface ContainerOptions {
  readonly version: ServerVersion;
  /** Of the server, and so of every database that is made on it; that of the image when absent. */
  readonly collation?: string | undefined;
}

export interface ServerContainer {
  readonly name: string;
  /** Names the server to this process and to those that it starts. */
  readonly environment: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

const ways = 'or name a server of your own with INGEST_SQLSERVER_HOST, _USER and _PASSWORD.';
/** Docker answers sooner; an image takes what the line takes, ms. */
const patienceMs = { answer: 15_000, start: 1_800_000, remove: 60_000 };

/** @throws AppError when Docker does not answer, or the container does not start */
export async function startServer({
  version,
  collation,
}: ContainerOptions): Promise<ServerContainer> {
  if ((await docker(['info'], patienceMs.answer)).failed) {
    throw new AppError('config_invalid', 'No server was named and Docker does not answer.', {
      remedy: `Start Docker, ${ways}`,
    });
  }
  const name = `holocron-verify-${randomBytes(4).toString('hex')}`;
  // Four kinds of characters, as the server's policy asks for.
  const password = `Verify-${randomBytes(18).toString('base64url')}-1`;
  const image = `mcr.microsoft.com/mssql/server:${version}-latest`;
  const remove = async () => {
    await docker(['rm', '--force', '--volumes', name], patienceMs.remove);
  };
  const settings = ['ACCEPT_EULA=Y', 'MSSQL_PID=Developer', `MSSQL_SA_PASSWORD`];
  if (collation !== undefined) settings.push(`MSSQL_COLLATION=${collation}`);
  const started = await docker(
    [
      ...['run', '--detach', '--name', name, '--publish', '127.0.0.1::1433'],
      ...settings.flatMap((setting) => ['--env', setting]),
      image,
    ],
    patienceMs.start,
    // Named alone among the arguments, so that it does not stand in the list of processes.
    { MSSQL_SA_PASSWORD: password },
  );
  const port = started.failed ? null : await publishedPort(name);
  if (port === null) {
    await remove();
    throw new AppError(
      'config_invalid',
      `A container of ${image} did not start.\n${String(started.stderr).trim()}`,
      { remedy: `See what Docker says above, ${ways}` },
    );
  }
  return {
    name,
    remove,
    environment: {
      INGEST_SQLSERVER_HOST: '127.0.0.1',
      INGEST_SQLSERVER_PORT: port,
      INGEST_SQLSERVER_USER: 'sa',
      INGEST_SQLSERVER_PASSWORD: password,
      INGEST_SQLSERVER_TRUST_SERVER_CERTIFICATE: 'yes',
    },
  };
}

/** `127.0.0.1:49153` → `49153` */
async function publishedPort(name: string): Promise<string | null> {
  const { stdout } = await docker(['port', name, '1433/tcp'], patienceMs.answer);
  return /:(\d+)\s*$/m.exec(String(stdout))?.[1] ?? null;
}

/** What the server wrote, for the report. */
export async function serverLog(name: string): Promise<string> {
  const { stdout, stderr } = await docker(['logs', name], patienceMs.remove);
  return `${stdout}\n${stderr}`;
}

function docker(args: readonly string[], timeout: number, env: Record<string, string> = {}) {
  return execa('docker', args, { stdin: 'ignore', reject: false, timeout, env });
}
