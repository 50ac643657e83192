/** Sources that tests make for themselves: made-up resources, without any network. */
import { expect, type Page } from '@playwright/test';
import { goTo } from './go-to.ts';

interface TestSource {
  readonly name: string;
  readonly resources: number;
  /** Milliseconds before each answer. */
  readonly latencyMs?: number;
  readonly failIds?: readonly string[];
}

const yamlOf = ({ name, resources, latencyMs = 0, failIds = [] }: TestSource) => `
sources:
  - name: ${name}
    type: test
    resources: ${resources}
    latency_ms: ${latencyMs}
    fail_ids: [${failIds.join(', ')}]
    max_retries: 0
    rate_limit_delay: 0
seeds:
  - source: ${name}
`;

/** Creates the source as a person would: by importing YAML. */
export async function addTestSource(page: Page, source: TestSource): Promise<void> {
  await goTo(page, '/sources/import');
  await page.getByRole('textbox').fill(yamlOf(source));
  await page.getByRole('button', { name: 'Check the file' }).click();
  await page.getByRole('button', { name: 'Import 1 source' }).click();
  await page.waitForURL('**/sources');
  await expect(page.getByRole('link', { name: source.name, exact: true })).toBeVisible();
}

/** Opens the launch dialog of a source. */
export async function openLaunch(page: Page, source: string) {
  await goTo(page, '/sources');
  await page
    .getByRole('row')
    .filter({ has: page.getByRole('link', { name: source, exact: true }) })
    .getByRole('button', { name: 'Run' })
    .click();
  return page.getByRole('dialog', { name: 'Launch a run' });
}

/** Launches a seed run of the source and follows it to its end. */
export async function runToTheEnd(page: Page, source: string): Promise<void> {
  const dialog = await openLaunch(page, source);
  await dialog.getByRole('button', { name: 'Launch run' }).click();
  await page.waitForURL('**/runs/*');
  await expect(page.locator('h1 + div').getByText('Completed')).toBeVisible({ timeout: 30_000 });
}
