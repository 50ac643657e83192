/** `pnpm holocron --url`: a process of its own against the built console, with a token that a person made there. */
import { execaNode } from 'execa';
import { root } from '../scripts/support/root.ts';
import { goTo } from './support/go-to.ts';
import { expect, test } from './support/test.ts';

test('the command line does in the console what its token may, and no more', async ({
  page,
  product: { url },
}) => {
  await goTo(page, '/settings/tokens');
  await page.getByRole('button', { name: 'New token' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('command line');
  await dialog.getByRole('checkbox', { name: 'launch or steer runs' }).press('Space');
  await dialog.getByRole('button', { name: 'Make token' }).click();
  const shown = dialog.getByText(/^hlc_[\w-]{43}$/);
  const token = (await shown.textContent()) ?? '';

  const holocron = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await execaNode({
      cwd: root,
      reject: false,
      env: { HOLOCRON_URL: url, HOLOCRON_TOKEN: token },
    })`commands/holocron.ts ${args}`;
    return { exitCode, stdout, stderr };
  };
  const sources = await holocron('sources', 'list', '--json');
  expect(sources.exitCode).toBe(0);
  const [{ name }] = JSON.parse(sources.stdout).rows;
  const run = await holocron('runs', 'launch', '--source', name, '--wait', '--json');
  expect([0, 3]).toContain(run.exitCode);
  expect(JSON.parse(run.stdout.split('\n').at(-1) ?? '')).toMatchObject({ status: 'completed' });

  const refused = await holocron('sources', 'pause', name);
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain('forbidden: This token may not change sources.');

  await goTo(page, '/audit?action=run.launch');
  await expect(page.getByText('admin@example.org (token command line)').first()).toBeVisible();
});
