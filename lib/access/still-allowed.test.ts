import { expect, it } from 'vitest';
import { checkEveryMs, whileAllowed } from './still-allowed.ts';

/** A file of so many parts, of which each is made when it is asked for. */
function fileOf(parts: number) {
  let made = 0;
  let isCancelled = false;
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (made === parts) return controller.close();
        made += 1;
        controller.enqueue(new TextEncoder().encode(`${made} `));
      },
      cancel() {
        isCancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, made: () => made, isCancelled: () => isCancelled };
}

it('is read whole where nothing changes, and asked about now and then alone', async () => {
  let nowMs = 0;
  let asked = 0;
  const whole = whileAllowed(
    fileOf(100).stream,
    async () => {
      asked += 1;
      return true;
    },
    () => {
      nowMs += checkEveryMs / 20;
      return nowMs;
    },
  );
  const text = await new Response(whole).text();
  expect(text.trim().split(' ')).toHaveLength(100);
  expect(asked).toBeGreaterThan(1);
  expect(asked).toBeLessThan(10);
});

it('fails once it is not allowed any more, and what makes it stops', async () => {
  let nowMs = 0;
  const file = fileOf(100);
  let isAllowed = true;
  const reader = whileAllowed(
    file.stream,
    async () => isAllowed,
    () => nowMs,
  ).getReader();
  expect((await reader.read()).done).toBe(false);
  isAllowed = false;
  expect((await reader.read()).done).toBe(false);
  nowMs = checkEveryMs;
  await expect(reader.read()).rejects.toMatchObject({ code: 'not_signed_in' });
  expect(file.made()).toBe(3);
  expect(file.isCancelled()).toBe(true);
});

it('is given up where its reader goes, and fails where what makes it fails', async () => {
  const file = fileOf(3);
  const given = whileAllowed(file.stream, async () => true);
  await given.cancel();
  expect(file.isCancelled()).toBe(true);
  const away = new ReadableStream<Uint8Array>({ pull: () => Promise.reject(new Error('away')) });
  await expect(new Response(whileAllowed(away, async () => true)).text()).rejects.toThrow('away');
});
