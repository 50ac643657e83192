/** What is wrong is shown with its evidence and acknowledged; rules are tuned, and tried on the past. */
import { addRecords } from './support/add-records.ts';
import { expectNoViolations, expectNoViolationsInBothThemes } from './support/axe.ts';
import { goTo } from './support/go-to.ts';
import { inDatabase } from './support/in-database.ts';
import { expect, test } from './support/test.ts';

const title = 'wiki yielded 7 items instead of 100';

test.beforeEach(({ product }) =>
  inDatabase(product, async ({ q, engine }) => {
    await q
      .insertInto('alerts')
      .values({
        alert_id: 'alert-of-a-test',
        rule: 'yield_fell',
        subject: 'seed:of-a-test',
        source_name: 'wiki',
        title,
        detail: 'The last run had 7 items; 100 is usual.',
        evidence: '{"Items":7,"Usual":100}',
        href: '/runs',
        opened_at: engine.nowPlus(-3_600_000),
        seen_at: engine.now(),
      })
      .execute();
  }),
);
test.afterEach(({ product }) =>
  inDatabase(product, async ({ q }) => {
    await q.deleteFrom('alerts').execute();
    await q.deleteFrom('alert_rules').execute();
    await q.deleteFrom('alert_mutes').execute();
    await q.deleteFrom('quarantines').execute();
  }),
);

test('an open alert is told on the overview, shows its evidence and is acknowledged', async ({
  page,
}) => {
  await goTo(page, '/');
  await expect(page.getByText(title)).toBeVisible();
  await goTo(page, '/alerts');
  await page.getByText('Evidence').click();
  await expect(page.getByText('Usual', { exact: true })).toBeVisible();
  await expectNoViolationsInBothThemes(page);
  await page.getByRole('button', { name: `Acknowledge ${title}` }).click();
  await expect(page.getByRole('cell', { name: /by .*@/ })).toBeVisible();
  await goTo(page, '/');
  await expect(page.getByText(title)).toHaveCount(0);
});

test('a rule is tried on the past, refused out of its bounds, and switched off', async ({
  page,
}) => {
  await goTo(page, '/alerts?tab=rules');
  await page.getByRole('button', { name: 'Tune Fewer items than usual' }).click();
  const dialog = page.getByRole('dialog', { name: 'Fewer items than usual' });
  await dialog.getByRole('button', { name: 'Try on the last 30 days' }).click();
  await expect(dialog.getByText(/in the last 30 days\.|in 30 days, over/)).toBeVisible();
  await expectNoViolations(page);
  await dialog.getByRole('switch', { name: 'On' }).click();
  await dialog.getByRole('button', { name: 'Save rule' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText('Disabled').filter({ visible: true })).toBeVisible();
  await goTo(page, '/audit');
  await expect(
    page.getByText('Changed the alert rule Fewer items than usual').first(),
  ).toBeVisible();
});

test('what is muted is no news, stands with its reason, and is told again', async ({ page }) => {
  await goTo(page, '/alerts');
  await page.getByRole('button', { name: `Mute ${title}` }).click();
  const dialog = page.getByRole('dialog', { name: 'Mute?' });
  await dialog.getByLabel('Why').fill('The rule learns the new size.');
  await dialog.getByRole('button', { name: 'What' }).click();
  await page.getByRole('option', { name: 'The rule Fewer items than usual, everywhere' }).click();
  await expectNoViolations(page);
  await dialog.getByRole('button', { name: 'Mute', exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText('Muted', { exact: true }).first()).toBeVisible();
  await goTo(page, '/');
  await expect(page.getByText(title)).toHaveCount(0);
  await goTo(page, '/alerts?tab=muted');
  await expect(page.getByRole('cell', { name: 'The rule learns the new size.' })).toBeVisible();
  await expectNoViolationsInBothThemes(page);
  await page.getByRole('button', { name: 'Unmute the rule Fewer items than usual' }).click();
  await expect(page.getByText('Nothing is muted')).toBeVisible();
});

test('what is held of a source is decided once, and whoever comes second is told', async ({
  page,
  product,
}) => {
  const held = (name: string) =>
    inDatabase(product, ({ q, engine }) =>
      q
        .insertInto('quarantines')
        .values({
          quarantine_id: `q-${name}`,
          source_name: name,
          rule: 'block_page',
          title: `${name}: login or block pages instead of content`,
          detail: 'Of 40 records 95 % ask to sign in, to prove one is human, or refuse.',
          evidence: '{"Sampled":40}',
          run_id: '00000000-0000-7000-8000-000000000000',
          from_at: engine.nowPlus(-3_600_000),
          opened_at: engine.now(),
        })
        .execute(),
    );
  await held('wiki');
  await held('shop');
  await goTo(page, '/');
  await page.getByRole('link', { name: 'Decide' }).click();
  await expect(
    page.getByRole('button', { name: 'Accept all what is held of 2 sources' }),
  ).toBeVisible();
  await expectNoViolationsInBothThemes(page);
  await page.getByRole('button', { name: 'Discard what is held of wiki' }).click();
  const dialog = page.getByRole('dialog', { name: 'Discard what is held of wiki?' });
  await dialog.getByLabel('Note').fill('They changed their sign-in.');
  await expectNoViolations(page);
  await dialog.getByRole('button', { name: 'Discard' }).click();
  await expect(page.getByText('Discarded: wiki.')).toBeVisible();
  await expect(page.getByText('They changed their sign-in.')).toBeVisible();
  await page.getByRole('button', { name: 'Accept what is held of shop' }).click();
  // Meanwhile somebody else decides.
  await inDatabase(product, ({ q, engine }) =>
    q
      .updateTable('quarantines')
      .set({ decision: 'discarded', decided_by: 'ben@example.org', until_at: engine.now() })
      .where('source_name', '=', 'shop')
      .execute(),
  );
  await page.getByRole('dialog').getByRole('button', { name: 'Accept' }).click();
  await expect(
    page.getByText(/ben@example\.org had discarded shop already\. Nothing/),
  ).toBeVisible();
  await expect(page.getByText('Nothing is held')).toBeVisible();
});

test('a version that is held says so in the list, on its page and beside another', async ({
  page,
  product,
}) => {
  const [older = '', newer = ''] = await addRecords(
    product,
    ['An article.', 'Please sign in.'].map((payload) => ({
      source: 'guarded',
      resource: 'https://guarded.example/a/page/with/a/long/address/that-ends-in-7',
      contentType: 'text/html',
      payload,
    })),
  );
  await goTo(page, '/records?source=guarded');
  await expect(page.getByRole('row').filter({ hasText: 'ends-in-7' })).toHaveCount(2);
  await expect(page.getByRole('link', { name: 'Held' })).toHaveCount(0);
  await inDatabase(product, async ({ q, engine }) => {
    const { fetched_at_utc } = await q
      .selectFrom('IngestRecords')
      .select('fetched_at_utc')
      .where('ingest_id', '=', newer)
      .executeTakeFirstOrThrow();
    await q
      .insertInto('quarantines')
      .values({
        quarantine_id: 'q-guarded',
        source_name: 'guarded',
        rule: 'block_page',
        title: 'guarded: login or block pages instead of content',
        detail: 'It asks to sign in.',
        evidence: '{}',
        run_id: '00000000-0000-7000-8000-000000000000',
        from_at: fetched_at_utc,
        opened_at: engine.now(),
      })
      .execute();
  });
  await page.reload();
  await expect(page.getByRole('link', { name: 'Held' })).toHaveCount(1);
  await expectNoViolationsInBothThemes(page);
  await goTo(page, `/records/${newer}`);
  await expect(page.getByText('This version is held until somebody decides')).toBeVisible();
  await goTo(page, `/records/${older}?tab=changes&with=${newer}`);
  await expect(page.getByRole('link', { name: 'Held' })).toBeVisible();
  await page.getByRole('link', { name: 'Held' }).click();
  await expect(page.getByRole('link', { name: /^guarded: login or block pages/ })).toBeVisible();
});

test('a channel is added, its secret is shown once, and a test says that its address is refused', async ({
  page,
}) => {
  await goTo(page, '/alerts?tab=channels');
  await page.getByRole('button', { name: 'New channel' }).click();
  const dialog = page.getByRole('dialog', { name: 'New channel' });
  await dialog.getByLabel('Name').fill('Ops');
  await dialog.getByLabel('Address').fill('http://169.254.169.254/latest?token=abc');
  await expectNoViolations(page);
  await dialog.getByRole('button', { name: 'Add channel' }).click();
  await expect(page.getByText(/^whsec_/)).toBeVisible();
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByRole('button', { name: 'Test Ops' }).click();
  await expect(page.getByText(/Not delivered: egress_/)).toBeVisible();
  await expectNoViolationsInBothThemes(page);
  await page.getByRole('button', { name: 'Change Ops' }).click();
  const change = page.getByRole('dialog', { name: 'Change Ops' });
  await change.getByRole('button', { name: 'Told' }).click();
  await page.getByRole('option', { name: 'Together, once a day' }).click();
  await change.getByRole('switch', { name: 'Quiet hours' }).click();
  await change.getByLabel('Time zone').fill('Nowhere/City');
  await change.getByRole('button', { name: 'Save channel' }).click();
  await expect(change.getByText('Give a time zone such as UTC')).toBeVisible();
  await change.getByLabel('Time zone').fill('Europe/Berlin');
  await expectNoViolations(page);
  await change.getByRole('button', { name: 'Save channel' }).click();
  await expect(change).toBeHidden();
  await expect(
    page.getByText(/together at 08:00; quiet 22:00–07:00/).filter({ visible: true }),
  ).toBeVisible();
  await page.getByRole('button', { name: 'Delete Ops' }).click();
  await page.getByRole('button', { name: 'Delete channel' }).click();
  await expect(page.getByText('No channel is set up')).toBeVisible();
});
