/** The parts operators work with, as assistive technology reads them: names, roles and states, in their order. */
import { addRecords } from './support/add-records.ts';
import { goTo } from './support/go-to.ts';
import { addTestSource, openLaunch, runToTheEnd } from './support/sources.ts';
import { expect, test } from './support/test.ts';

const source = 'read-aloud';

test('the form of a source, the launch, the run, the grid, the drawer and the item', async ({
  page,
}) => {
  test.setTimeout(120_000);
  const main = page.getByRole('main');
  await addTestSource(page, { name: source, resources: 5, failIds: ['test_resource_002'] });
  await page.getByRole('link', { name: source, exact: true }).click();
  await expect(main).toMatchAriaSnapshot(`
    - main:
      - heading "${source}" [level=1]
      - link "Add an address"
      - link "Show its items"
      - link "Edit"
      - button "Pause"
      - button "Run now"
      - navigation "Parts of the source":
        - link "State"
        - link "Revisions 1"
        - link "YAML"
      - link "Pending 0"
      - link "In progress 0"
      - link "Completed 0"
      - link "Failed 0"
      - link "Skipped 0"
  `);
  await page.getByRole('link', { name: 'Edit', exact: true }).click();
  await expect(main).toMatchAriaSnapshot(`
    - main:
      - heading "Source" [level=2]
      - textbox "Name" [disabled]
      - switch "Enabled" [checked]
      - heading "Test settings" [level=2]
      - group "Sample":
        - spinbutton "Resources"
        - textbox "Failing ids"
      - group "Politeness":
        - spinbutton "Delay between requests"
        - button /^Unit of Delay between requests/
      - heading "Seeds" [level=2]
      - region "Seed 1":
        - button "Remove seed 1"
        - group:
          - textbox "Ids"
      - button "Save changes"
      - button "Test these values"
  `);

  await expect(await openLaunch(page, source)).toMatchAriaSnapshot(`
    - dialog "Launch a run":
      - banner:
        - heading "Launch a run" [level=2]
        - button "Close"
      - button "What to do Seed"
      - group "Sources":
        - checkbox "${source} test" [checked]
      - spinbutton "Maximum items"
      - spinbutton "Priority"
      - textbox "Name of the run"
      - status
      - contentinfo:
        - button "Not now"
        - button "Launch run"
  `);
  await page.getByRole('button', { name: 'Not now' }).click();

  await runToTheEnd(page, source);
  await expect(main).toMatchAriaSnapshot(`
    - main:
      - heading /Seed/ [level=1]
      - link "Show its items"
      - link "Compare"
      - button "Retry 1 failed item"
      - img "4 completed, 1 failed"
      - link /Completed 4/
      - link /Failed 1/
      - region "Errors by code"
      - heading "Log" [level=2]
      - group "Shown":
        - button "All" [pressed]
        - button "Warnings and errors"
        - button "Errors"
      - list "Events, newest first":
        - listitem:
          - img "Done"
      - status: New events appear automatically.
  `);

  await goTo(page, `/work-items?source=${source}&sort=resource_id`);
  await expect(main).toMatchAriaSnapshot(`
    - main:
      - heading "Work items" [level=1]
      - button "Views"
      - button "Source ${source}"
      - button "Remove filter Source ${source}"
      - combobox "Filter the list"
      - group "Status":
        - link "Pending"
        - link "In progress"
      - group "Not fetched for":
        - link "Stale for 7 d"
      - button "Export"
      - button "Columns"
      - region "Work items":
        - table:
          - rowgroup:
            - row:
              - columnheader "Select all rows of this page":
                - checkbox "Select all rows of this page"
              - columnheader "Status"
              - columnheader "Resource":
                - link "Resource"
          - rowgroup:
            - row:
              - cell "Select test_resource_001":
                - checkbox "Select test_resource_001"
              - cell "Completed"
              - cell "test_resource_001":
                - link "test_resource_001"
  `);

  await page.getByRole('combobox').fill('fail');
  await expect(page.getByRole('option', { name: 'Status Failed' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'test_resource_002' }).click();
  const drawer = page.getByRole('complementary', { name: 'Work item test_resource_002' });
  await expect(drawer.getByRole('heading', { name: 'Latest record' })).toBeVisible();
  await expect(drawer).toMatchAriaSnapshot(`
    - complementary "Work item test_resource_002":
      - heading "test_resource_002" [level=2]
      - link "Open page"
      - button "Previous row (k)"
      - button "Next row (j)"
      - button "Close (Esc)"
      - heading "Last error" [level=3]
      - heading "Facts" [level=3]
      - term: Source
      - definition:
        - link "${source}"
      - heading "Last attempts" [level=3]
      - heading "Latest record" [level=3]
  `);
  await drawer.getByRole('link', { name: 'Open page' }).click();
  await expect(main).toMatchAriaSnapshot(`
    - main:
      - heading "test_resource_002" [level=1]
      - button "Recrawl"
      - button "Retry"
      - button "Skip"
      - button "Fetch plan"
      - heading "Attempts" [level=2]
      - region "Attempts"
      - heading "Latest record" [level=2]
      - heading "Request" [level=2]
      - heading "Facts" [level=2]
  `);
});

test('the viewer of a payload and the palette', async ({ page, product }) => {
  const payload = JSON.stringify({ name: 'Luke', side: 'light', list: [1, 2] });
  const record = { source, resource: 'one', contentType: 'application/json', payload };
  const [id] = await addRecords(product, [record]);
  await goTo(page, `/records/${id}`);
  await expect(page.getByRole('main')).toMatchAriaSnapshot(`
    - main:
      - heading "one" [level=1]
      - link "Download payload"
      - navigation "Parts of the record":
        - link "Payload"
        - link "Changes"
      - group "Shape":
        - button "Tree" [pressed]
        - button "As received"
      - search:
        - searchbox "Find in the payload"
        - status
        - button "Previous (Shift Enter)" [disabled]
        - button "Next (Enter)" [disabled]
      - tree "Payload":
        - 'treeitem "{3}" [expanded] [level=1] [selected]'
        - 'treeitem "name: \\"Luke\\"" [level=2]'
      - button "Copy path"
      - button "Copy value"
  `);
  await page.keyboard.press('Control+k');
  await page.getByRole('searchbox', { name: /^Find an/ }).fill('failures');
  await expect(page.getByRole('dialog', { name: 'Find' })).toMatchAriaSnapshot(`
    - dialog "Find":
      - searchbox "Find an item, source, run, page or action"
      - menu "Results":
        - group "Pages":
          - menuitem /Failures/
  `);
});
