/**
 * `pnpm test`: everything, in order, up to the first stage that fails. Ends with `N passed, N failed`.
 */
import { findMediaWiki } from '../e2e/mediawiki/packages.ts';
import packageFile from '../package.json' with { type: 'json' };
import { clamd, helm, isInstalled, promtool } from '../test/programs.ts';
import { ensureBrowser } from './support/browser.ts';
import { buildIfStale } from './support/build.ts';
import { type Counts, playwrightStage, type Stage, step, vitestStage } from './support/stages.ts';

const say = (line: string) => console.log(line);
const { scripts } = packageFile;

const sqlServer = Object.entries(process.env).some(
  ([name, value]) =>
    (name.startsWith('INGEST_SQLSERVER_') || name === 'MSSQL_SA_PASSWORD') && value,
);
const mediaWiki = findMediaWiki();

const contract: Stage = vitestStage('Contract tests', 'contract');
const stages: readonly Stage[] = [
  step('Lint and format', scripts.lint),
  step('Types', scripts.typecheck),
  vitestStage('Unit tests', 'unit'),
  {
    name: contract.name,
    run() {
      say(`Engines: SQLite${sqlServer ? ', SQL Server' : ''}`);
      return contract.run();
    },
  },
  vitestStage('Integration tests', 'integration'),
  {
    name: 'Build',
    async run() {
      await buildIfStale(say);
      return { passed: 0, failed: 0, skipped: 0 };
    },
  },
  playwrightStage('Browser tests'),
];

async function runStage(stage: Stage): Promise<Counts> {
  say(`\n── ${stage.name} ──`);
  try {
    return await stage.run();
  } catch (error) {
    say(`${stage.name}: ${error instanceof Error ? error.message : String(error)}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

const total = { passed: 0, failed: 0, skipped: 0 };
const leftOut: string[] = [];
if (!sqlServer)
  leftOut.push('SQL Server: not configured (set INGEST_SQLSERVER_HOST and the other settings)');
if ('missing' in mediaWiki)
  leftOut.push(`MediaWiki: not installed (${mediaWiki.missing.join(', ')})`);
for (const program of [promtool, clamd, helm])
  if (!isInstalled(program))
    leftOut.push(`${program.shows}: ${program.name} is not installed (${program.from})`);

for (const stage of stages) {
  if (stage.name === 'Browser tests' && !(await ensureBrowser(say))) {
    total.failed += 1;
    break;
  }
  const counts = await runStage(stage);
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  if (counts.failed > 0) {
    leftOut.push(`All after "${stage.name}", which failed`);
    break;
  }
}

say('');
if (total.skipped > 0) say(`Skipped: ${total.skipped}`);
for (const stage of leftOut) say(`Left out: ${stage}`);
say(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed > 0 ? 1 : 0);
