import { describe, expect, it } from 'vitest';
import { createRobotsMemory, judgeRobots } from './robots.ts';

const robotsUrl = 'https://example.org/robots.txt';
const judge = (status: number | null, body: string | null, path = '/private/x') =>
  judgeRobots({ status, body }, robotsUrl, `https://example.org${path}`, 'HolocronIngest/0.1 (x)')
    .kind;

describe('robots.txt', () => {
  const rules =
    'User-agent: *\nDisallow: /private/\n\nUser-agent: HolocronIngest\nDisallow: /ours\n';

  it('rules by the group of our product, not by the one for everybody', () => {
    expect(judge(200, rules, '/ours')).toBe('disallowed');
    expect(judge(200, rules, '/private/x')).toBe('allowed');
    expect(judge(200, 'User-agent: *\nDisallow: /private/\n')).toBe('disallowed');
  });

  it('that does not exist allows everything', () => {
    expect(judge(404, 'Disallow: /')).toBe('allowed');
  });

  it.each([301, 302, 304, 307])('whose redirects lead nowhere (%s) allows everything', (status) => {
    expect(judge(status, null)).toBe('allowed');
  });

  it.each([206, 429, 500, 503, 999, null])(
    'that cannot be read (%s) leaves it open for now',
    (status) => {
      expect(judge(status, null)).toBe('unknown');
    },
  );
});

describe('the memory of robots.txt files', () => {
  it('forgets after a day, and unreachable ones after a minute', async () => {
    let now = 0;
    const memory = createRobotsMemory(() => now);
    await memory.set('https://a', { status: 200, body: '' });
    await memory.set('https://b', { status: null, body: null });
    expect(await memory.get('https://b')).not.toBeNull();
    await memory.set('https://c', { status: 429, body: '' });
    now = 60_000;
    expect(await memory.get('https://b')).toBeNull();
    expect(await memory.get('https://c')).toBeNull();
    expect(await memory.get('https://a')).not.toBeNull();
    now = 24 * 60 * 60 * 1000;
    expect(await memory.get('https://a')).toBeNull();
  });
});
