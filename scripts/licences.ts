/** `pnpm licences:check`: the licences of every package that the product runs with. Exit 1 when one is not allowed. */
import { execa } from 'execa';
import { judgeLicences, licencesSchema } from './support/licences.ts';
import { root } from './support/root.ts';

const { stdout } = await execa('pnpm', ['licenses', 'list', '--prod', '--json'], { cwd: root });
const { packages, faults } = judgeLicences(licencesSchema.parse(JSON.parse(stdout)));
for (const fault of faults) console.error(`! ${fault}`);
if (faults.length > 0) {
  console.error('→ Do without it, or allow it with a reason in scripts/support/licences.ts.');
  process.exitCode = 1;
} else console.log(`${packages} packages, each with a licence that is allowed`);
