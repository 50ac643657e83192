/**
 * Checks the import borders (.dependency-cruiser.mjs). A cruise that saw too little is a failure: the
 * tool calls an unreadable tree clean.
 */
import { execa } from 'execa';
import { z } from 'zod';

const folders = ['app', 'lib', 'worker', 'db', 'scripts', 'bench', 'proxy.ts'];
/** The house had more than 400 modules when this was written. */
const leastModules = 300;

const reportSchema = z.object({
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
const { totalCruised, violations } = reportSchema.parse(JSON.parse(stdout)).summary;
for (const { from, to, rule } of violations) console.error(`✗ ${rule.name}: ${from} → ${to}`);
if (totalCruised < leastModules) {
  console.error(`✗ only ${totalCruised} modules were read; does the tool still read TypeScript?`);
}
if (violations.length > 0 || totalCruised < leastModules) process.exit(1);
console.log(`✓ import borders: ${totalCruised} modules, no violation`);
