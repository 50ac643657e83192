import { expect, test } from 'vitest';
import { markdownTable } from '#test/markdown-table.ts';
import { alertRules } from './registry.ts';
import { withUnit } from './rule.ts';

const document = `# The rules of alerts

Written from the rules the program evaluates; a test compares the two
(\`vitest run --project unit lib/alerts/rules/rules-document -u\` writes it anew). [Alerts](alerts.md) says what becomes of what
they find.

${markdownTable(
  ['rule', 'finds', 'severity', 'quarantine', 'thresholds'],
  alertRules.map(({ label, help, severity, quarantine, thresholds }) => [
    label,
    help,
    severity,
    quarantine === undefined ? '' : quarantine ? 'by default' : 'if asked for',
    Object.values(thresholds)
      .map((one) => `${one.label}: ${withUnit(one.default, one.unit)}`)
      .join('; '),
  ]),
)}
`;

test('docs/alert-rules.md says what the rules say', async () => {
  await expect(document).toMatchFileSnapshot('../../../docs/alert-rules.md');
});
