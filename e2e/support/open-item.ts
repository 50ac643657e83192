/** From the row of an item in the list, through its drawer, to its page. */
import { expect, type Page } from '@playwright/test';

export async function openItem(page: Page, resource: string | RegExp): Promise<void> {
  await page.getByRole('table').getByRole('link', { name: resource }).click();
  await page.getByRole('link', { name: 'Open page' }).click();
  await expect(page).toHaveURL(/\/work-items\/[0-9a-f-]{36}$/);
}
