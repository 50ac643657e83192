/**
 * Checks the import borders: between the houses (.dependency-cruiser.mjs) and between the floors of `lib`
 * (support/floors.ts). A cruise that saw too little is a failure: the tool calls an unreadable tree clean.
 */
import { execa } from 'execa';
import { z } from 'zod';
import { floorFault } from './support/floors.ts';

const folders = [
  'app',
  'lib',
  'worker',
  'commands',
  'db',
  'scripts',
  'test',
  'bench',
  'proxy.ts',
  'instrumentation.ts',
];
/** The house had more than 400 modules when this was written. */
const leastModules = 300;

const reportSchema = z.object({
  modules: z.array(
    z.object({
      source: z.string(),
      dependencies: z.array(z.object({ resolved: z.string() })),
    }),
  ),
  summary: z.object({
    totalCruised: z.number(),
    violations: z.array(
      z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) }),
    ),
  }),
});

const { stdout } = await execa(
  'depcruise',
  ['--config', '.dependency-cruiser.mjs', '--output-type', 'json', ...folders],
  { preferLocal: true, reject: false },
);
const { modules, summary } = reportSchema.parse(JSON.parse(stdout));
const { totalCruised, violations } = summary;
const faults = [
  ...violations.map(({ from, to, rule }) => `${rule.name}: ${from} → ${to}`),
  ...modules.flatMap(({ source, dependencies }) =>
    dependencies.flatMap(({ resolved }) => {
      const fault = floorFault(source, resolved);
      return fault === null ? [] : [`${fault}: ${source} → ${resolved}`];
    }),
  ),
];
if (totalCruised < leastModules) {
  faults.push(`only ${totalCruised} modules were read; does the tool still read TypeScript?`);
}
for (const fault of faults) console.error(`✗ ${fault}`);
if (faults.length > 0) process.exit(1);
console.log(`✓ import borders: ${totalCruised} modules, no violation`);
