import { describe, expect, it } from 'vitest';
import { behavioursAsText, suitesFrom } from './behaviours.ts';

const result = (suite: string, title: string, status = 'passed', inner: string[] = []) => ({
  ancestorTitles: [suite, ...inner],
  title,
  status,
});

const report = {
  success: false,
  testResults: [
    {
      name: '/repo/lib/queue/claim.contract.test.ts',
      assertionResults: [
        result('claiming on sqlite', 'goes in order', 'passed', ['a claim']),
        result('claiming on sqlserver', 'goes in order', 'failed', ['a claim']),
        result('claiming on sqlite', 'ends'),
        result('claiming on sqlserver', 'ends'),
        result('words without an engine', 'are something else'),
      ],
    },
  ],
};

describe('the list of behaviours', () => {
  it('counts what passed for each engine, and what did not', () => {
    expect(behavioursAsText(suitesFrom(report, '/repo'), false)).toEqual([
      '    sqlite  sqlserver  behaviours',
      '         2        1/2  lib/queue · claiming',
      '         2        1/2  in all',
    ]);
  });

  it('names each behaviour when asked to', () => {
    expect(behavioursAsText(suitesFrom(report, '/repo'), true)).toContain(
      '    passed     failed    a claim: goes in order',
    );
  });

  it('refuses what is no report', () => {
    expect(() => suitesFrom({ testResults: 'none' }, '/repo')).toThrow();
  });
});
