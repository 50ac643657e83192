import { expect, it } from 'vitest';
import { Report } from './report.ts';

function reported() {
  const lines: string[] = [];
  const report = new Report((line) => lines.push(line));
  report.add('smoke test', 'passed');
  report.add('plans: claim', 'failed', 'a lookup into work_items\nsorts 90 rows');
  report.add('deadlocks', 'told', '2 rows');
  report.add('waits', 'not answered by this server', 'no such view');
  report.add('tests', 'left out', '--skip-tests was given');
  return { report, lines };
}

it('prints each result at once, and says what was not answered or left out', () => {
  expect(reported().lines).toEqual([
    '✓ smoke test',
    '✗ plans: claim: a lookup into work_items',
    '· deadlocks: 2 rows',
    '? waits (not answered by this server): no such view',
    '– tests (left out): --skip-tests was given',
  ]);
});

it('counts what no server answered apart from what passed', () => {
  const { report } = reported();
  expect(report.summary()).toBe(
    '1 passed, 1 failed, 1 told, 1 not answered by this server, 1 left out',
  );
  expect(report.count('passed')).toBe(1);
});

it('is one file with every result in full, and what belongs to it', () => {
  const { report } = reported();
  report.attach('Plans: claim', '<ShowPlanXML a="`|`"/>');
  const file = report.toMarkdown('Verification on SQL Server 2022');
  expect(file).toContain('# Verification on SQL Server 2022\n\n1 passed, 1 failed');
  expect(file).toContain('| failed | plans: claim | a lookup into work_items<br>sorts 90 rows |');
  expect(file).toContain('## Plans: claim\n\n````\n<ShowPlanXML a="`|`"/>\n````');
});
