import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { exportAudit } from '#lib/audit/list-audit.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { sealAudit } from '#lib/audit/seal-audit.ts';
import { changeAudit } from '#test/db/empty-tables.ts';
import { openSite } from '#test/worker/processes.ts';

describe('pnpm audit:verify', () => {
  it('tells what was changed, in the database and in an export, by exit code and name', async () => {
    const site = await openSite();
    const { db } = site.runtime;
    try {
      for (const summary of ['one', 'two', 'three']) {
        await db.transaction((tx) =>
          recordAudit(tx, systemActor('tests'), {
            action: 'x.y',
            targetType: 'x',
            targetId: null,
            summary,
          }),
        );
      }
      await sealAudit(db);
      const whole = await site.run('commands/audit-verify.ts', ['--no-record']);
      expect(whole.code).toBe(0);
      const [, position, hash] = /--known later: (\d+):([0-9a-f]{64})/.exec(whole.stdout) ?? [];
      expect(Number(position)).toBeGreaterThanOrEqual(3);

      const lines: string[] = [];
      const asked = { format: 'ndjson', parameters: {} } as const;
      for await (const part of await exportAudit(db, systemActor('tests'), asked)) lines.push(part);
      const file = path.join(site.directory, 'audit-log.ndjson');
      writeFileSync(file, lines.join(''));
      expect((await site.run('commands/audit-verify.ts', ['--file', file])).code).toBe(0);
      writeFileSync(file, lines.join('').replace('"two"', '"2"'));
      const changedFile = await site.run('commands/audit-verify.ts', ['--file', file]);
      expect(changedFile.code).toBe(3);
      expect(changedFile.stdout).toContain('says something else than when the entry was written');

      await changeAudit(db, ({ q }) =>
        q.updateTable('audit_log').set({ summary: '2' }).where('summary', '=', 'two').execute(),
      );
      const known = ['--known', `${position}:${'0'.repeat(64)}`];
      const changed = await site.run('commands/audit-verify.ts', ['--json', ...known]);
      expect(changed.code).toBe(3);
      expect(JSON.parse(changed.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
        faultCount: 2,
        faults: [{ kind: 'entry_changed' }, { kind: 'known_differs' }],
      });
      expect(hash).toBeDefined();
      const wrong = await site.run('commands/audit-verify.ts', ['--known', 'x']);
      expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('usage') });
    } finally {
      await site.dispose();
    }
  }, 90_000);
});
