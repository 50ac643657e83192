import { afterEach, describe, expect, it, vi } from 'vitest';
import { steadily } from './steady-pages.ts';

const forPage = { headers: { rsc: '1' } };

/** Answers one after the other; an error is thrown. */
function answering(...answers: readonly (Response | Error)[]) {
  let asked = 0;
  const ask = steadily(async () => {
    const answer = answers[Math.min(asked, answers.length - 1)];
    asked += 1;
    if (answer instanceof Response) return answer;
    throw answer;
  });
  return { ask, asked: () => asked };
}

const lost = new TypeError('Failed to fetch');
const ok = () => new Response('page');

describe('a question for a page', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ['no answer', lost],
    ['a gateway without a console', new Response('', { status: 502 })],
    ['a console that starts', new Response('', { status: 503 })],
  ])('is asked again after %s', async (_what, first) => {
    vi.useFakeTimers();
    const { ask, asked } = answering(first, first, ok());
    const answer = ask('/runs', forPage);
    await vi.runAllTimersAsync();
    expect(await (await answer).text()).toBe('page');
    expect(asked()).toBe(3);
  });

  it('takes every answer of the console itself', async () => {
    const { ask, asked } = answering(new Response('', { status: 500 }));
    expect((await ask('/runs', forPage)).status).toBe(500);
    expect(asked()).toBe(1);
  });

  it('ends when it is given up', async () => {
    const given = new AbortController();
    given.abort();
    const { ask } = answering(lost);
    await expect(ask('/runs', { ...forPage, signal: given.signal })).rejects.toBe(lost);
  });
});

it.each([
  ['what is fetched ahead', { headers: { rsc: '1', 'next-router-prefetch': '1' } }],
  ['an action', { method: 'POST', headers: { rsc: '1' } }],
  ['a route of ours', {}],
  ['a plain address', undefined],
])('%s is asked once', async (_what, init) => {
  const { ask, asked } = answering(lost);
  await expect(ask('/runs', init)).rejects.toBe(lost);
  expect(asked()).toBe(1);
});
