/** Programs of the system that single tests need. Where one is missing, they are left out, and `pnpm test` says so. */
import { execaSync } from 'execa';

interface Program {
  readonly name: string;
  /** How it is asked for its version. */
  readonly version: string;
  readonly shows: string;
  readonly from: string;
}

export const promtool: Program = {
  name: 'promtool',
  version: '--version',
  shows: 'Prometheus reads rules, board and metrics',
  from: 'Debian: prometheus',
};
export const clamd: Program = {
  name: 'clamd',
  version: '--version',
  shows: 'ClamAV scans',
  from: 'Debian: clamav-daemon',
};
export const helm: Program = {
  name: 'helm',
  version: 'version',
  shows: 'Helm reads the chart',
  from: 'https://helm.sh',
};

export const isInstalled = ({ name, version }: Program): boolean =>
  execaSync(name, [version], { reject: false }).exitCode === 0;
