/** A million items as a file: all of them, each once, while the console keeps its memory. */
import { readFile, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { largeCount, largeRow } from '../support/fill-large.ts';
import { expect } from '../support/test.ts';
import { test } from './large-test.ts';

/** What the console may grow by while it sends some three hundred megabytes, MB. */
const mostGrowthMb = 200;

const formats = {
  ndjson: (line: string) => String(JSON.parse(line).workItemId),
  csv: (line: string) => line.slice(0, line.indexOf(',')),
};

for (const [format, idOf] of Object.entries(formats)) {
  test(`all items are sent as ${format.toUpperCase()}, and the console does not grow with them`, async ({
    page,
    product,
  }) => {
    test.setTimeout(900_000);
    await page.goto('/work-items?view=all');
    const cookies = await page.context().cookies();
    // The peak until now is forgotten, so that what follows is seen.
    await writeFile(`/proc/${product.consolePid}/clear_refs`, '5');
    const before = await memoryMb(product.consolePid, 'VmRSS');
    const response = await fetch(`${product.url}/api/export/work-items?format=${format}`, {
      headers: { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; ') },
    });
    expect(response.status).toBe(200);
    if (!response.body) throw new Error('The export has no body.');
    // The stream types of the web and of Node are the same thing under two names.
    const body = Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
    let lines = 0;
    let last = '';
    let inOrder = 0;
    for await (const line of createInterface({ input: body })) {
      if (format === 'csv' && lines === 0 && line.startsWith('workItemId,')) continue;
      const id = idOf(line);
      // Ids count up with the order of creation: an item that came twice would not.
      if (id > last) inOrder += 1;
      last = id;
      lines += 1;
    }
    expect({ lines, inOrder, last }).toEqual({
      lines: largeCount,
      inOrder: largeCount,
      last: largeRow(largeCount - 1).work_item_id,
    });
    const peak = await memoryMb(product.consolePid, 'VmHWM');
    test.info().annotations.push({
      type: 'memory of the console',
      description: `${Math.round(before)} MB before, ${Math.round(peak)} MB at most`,
    });
    expect(peak - before).toBeLessThan(mostGrowthMb);
  });
}

/** MB of 10⁶ bytes, as the kernel counts them: now (`VmRSS`), or at most (`VmHWM`). */
async function memoryMb(pid: number, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kibibytes = Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]);
  return (kibibytes * 1024) / 1e6;
}
