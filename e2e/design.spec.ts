import type { Page } from '@playwright/test';
import { expectNoViolationsInBothThemes } from './support/axe.ts';
import { goTo } from './support/go-to.ts';
import { readLook } from './support/look.ts';
import { expect, test } from './support/test.ts';

const widths = [1440, 390];

async function openDesign(page: Page) {
  await goTo(page, '/design');
  await expect(page.getByRole('heading', { name: 'Design', level: 1 })).toBeVisible();
}

test('the components break no rule of accessibility in any state', async ({ page }) => {
  // Every rule over every component: this is the largest page there is.
  test.setTimeout(240_000);
  await openDesign(page);
  await page.getByRole('button', { name: 'Say what was done' }).click();
  await page.getByRole('button', { name: 'Say what was refused' }).click();
  await expectNoViolationsInBothThemes(page);
  await page.getByRole('button', { name: 'Ask first' }).click();
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await expectNoViolationsInBothThemes(page);
});

test('the components look as they did, and lie where they lay in both themes', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  const lookIn = async (colorScheme: 'light' | 'dark') => {
    // A colour that fades to another one would be read on its way.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await openDesign(page);
    await expect(page.locator('.uplot canvas').first()).toBeVisible();
    return readLook(page);
  };
  const light = await lookIn('light');
  const dark = await lookIn('dark');
  expect(dark.map(({ what, box }) => `${what} ${box}`)).toEqual(
    light.map(({ what, box }) => `${what} ${box}`),
  );
  const lines = light.map(
    ({ what, shape, colours }, at) => `${what} | ${shape} | ${colours} | ${dark[at]?.colours}`,
  );
  // Alike ones beside each other are told once.
  const look = lines.filter((line, at) => line !== lines[at - 1]);
  expect(`${look.join('\n')}\n`).toMatchSnapshot('look.txt');
});

for (const width of widths) {
  test(`the components keep to their place at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await openDesign(page);
    const outside = await page.locator('[data-sample]').evaluateAll((samples) =>
      samples
        .filter((sample) => {
          const room = sample.parentElement?.getBoundingClientRect();
          const box = sample.getBoundingClientRect();
          return !room || box.right > room.right + 1 || box.left < room.left - 1;
        })
        .map((sample) => sample.getAttribute('data-sample')),
    );
    expect(outside).toEqual([]);
    const excess = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(excess).toBe(0);
  });
}

test('controls are 28 or 32 px high, and large enough to be hit', async ({ page }) => {
  await openDesign(page);
  const heights = await page
    .locator('main [data-sample]')
    .locator('button:visible, input:visible:not([type=checkbox]), select:visible')
    .evaluateAll((controls) =>
      controls
        .filter((control) => !control.closest('[data-sample^="ids"], [data-sample="json"]'))
        .map((control) => ({
          name: control.textContent || control.getAttribute('aria-label'),
          height: Math.round(control.getBoundingClientRect().height),
          width: Math.round(control.getBoundingClientRect().width),
        }))
        .filter(({ height, width }) => height < 24 || height > 33 || width < 24),
    );
  expect(heights).toEqual([]);
});

test('the focus is seen on everything that takes it', async ({ page }) => {
  test.setTimeout(120_000);
  await openDesign(page);
  await page.getByRole('heading', { name: 'Buttons' }).scrollIntoViewIfNeeded();
  await page.getByRole('button', { name: 'Launch run' }).first().focus();
  const unseen: string[] = [];
  for (let step = 0; step < 45; step += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      // A checkbox is out of sight; what is drawn for it carries the mark.
      const drawn = element.matches('[type=checkbox]') ? element.nextElementSibling : element;
      const style = drawn && getComputedStyle(drawn);
      return {
        name: element.getAttribute('aria-label') ?? element.textContent ?? element.tagName,
        isSeen: style
          ? style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 2
          : false,
      };
    });
    if (focused && !focused.isSeen) unseen.push(focused.name);
  }
  expect(unseen).toEqual([]);
});
