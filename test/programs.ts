/** Programs of the system that single tests need. Where one is missing, they are left out, and `pnpm test` says so. */
import { execaSync } from 'execa';

export const testPrograms = [
  {
    name: 'promtool',
    version: '--version',
    shows: 'Prometheus reads rules, board and metrics',
    from: 'Debian: prometheus',
  },
  { name: 'clamd', version: '--version', shows: 'ClamAV scans', from: 'Debian: clamav-daemon' },
  { name: 'helm', version: 'version', shows: 'Helm reads the chart', from: 'https://helm.sh' },
] as const;

export function isInstalled(program: (typeof testPrograms)[number]['name']): boolean {
  const { version } = testPrograms.find(({ name }) => name === program) ?? { version: '--version' };
  return execaSync(program, [version], { reject: false }).exitCode === 0;
}
