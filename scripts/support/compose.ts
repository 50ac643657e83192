/** The SQL Server of docker-compose.yml. */
import { execa } from 'execa';
import { AppError } from '#lib/errors/app-error.ts';
import { root } from './root.ts';

const service = 'sql2025';

/**
 * Starts the service and returns; it then needs half a minute until it answers.
 * @throws AppError when Docker does not answer, there is no password, or the service does not start.
 */
export async function startContainer(say: (line: string) => void): Promise<void> {
  const ways = 'or name a server of your own with INGEST_SQLSERVER_HOST, _USER and _PASSWORD.';
  const docker = await run('docker', ['info'], 15_000);
  if (docker.failed) {
    throw new AppError('config_invalid', 'No server was named and Docker does not answer.', {
      remedy: `Start Docker, ${ways}`,
    });
  }
  if (!process.env['MSSQL_SA_PASSWORD']) {
    throw new AppError('config_invalid', 'MSSQL_SA_PASSWORD is not set.', {
      remedy: `Set it to a strong password (8 characters or more of three kinds), ${ways}`,
    });
  }
  const { failed, stderr } = await run('docker', ['compose', 'up', '-d', service], 600_000);
  if (failed) {
    throw new AppError(
      'config_invalid',
      `The service ${service} did not start.\n${stderr.trim()}`,
      {
        remedy: `See what docker compose says above, ${ways}`,
      },
    );
  }
  say(`✓ The service ${service} is up`);
}

/** Output of Docker on failure is for the person at the terminal; it holds no secret of ours. */
function run(command: string, args: readonly string[], timeout: number) {
  return execa(command, args, { cwd: root, stdin: 'ignore', reject: false, timeout });
}
