/** Success without the thing, and headers that do not fit: neither is silent, and neither costs the page. */
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '#lib/json.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import { type Harness, harness, itemOf } from '#test/fetch-harness.ts';
import { type LoopbackServer, type Respond, startLoopbackServer } from '#test/loopback-server.ts';
import { http } from './index.ts';
import type { HttpSettings } from './settings.ts';

let server: LoopbackServer | undefined;
let source: Harness<HttpSettings> | undefined;
afterEach(async () => {
  await source?.close();
  await server?.close();
});

async function fetchFrom(
  respond: Respond,
  settings: JsonObject = {},
  overrides: Partial<WorkItem> = {},
) {
  server = await startLoopbackServer((request, response) => {
    if (request.url === '/robots.txt') response.writeHead(404).end();
    else respond(request, response);
  });
  source = harness(http, settings);
  const requestUri = `${server.origin}/thing`;
  const outcome = await source.fetch(
    itemOf({ resourceType: 'document', resourceId: requestUri, requestUri }, overrides),
  );
  const asked = server.requests.filter(({ url }) => url === '/thing').map(({ headers }) => headers);
  return { outcome, asked };
}

const answers = (status: number, body = '', headers: Readonly<Record<string, string>> = {}) =>
  ((_, response: ServerResponse) => {
    response.writeHead(status, headers).end(body);
  }) satisfies Respond;

describe('success without the thing', () => {
  it.each([
    [202, 'not_ready'],
    [205, 'payload_invalid'],
    [206, 'payload_invalid'],
  ])('%i fails the attempt', async (status, code) => {
    const { outcome } = await fetchFrom(answers(status, 'half'));
    expect(outcome).toMatchObject({ kind: 'error', code, facts: { statusCode: status } });
  });

  it('206 is what was asked for where an operator asks for a part', async () => {
    const settings = { headers: { Range: 'bytes=0-3' } };
    const { outcome } = await fetchFrom(answers(206, 'half'), settings);
    expect(outcome).toMatchObject({ kind: 'fetched', text: 'half' });
  });

  it.each(['json', 'auto', 'text'])('204 is an empty answer (%s)', async (response) => {
    const { outcome } = await fetchFrom(answers(204), { response });
    expect(outcome).toMatchObject({ kind: 'fetched', text: '', contentType: 'text/plain' });
  });

  it('304 to a request without condition is asked again, past the caches', async () => {
    const { outcome, asked } = await fetchFrom((request, response) => {
      response.statusCode = request.headers['cache-control'] === 'no-cache' ? 200 : 304;
      response.end('here');
    });
    expect(outcome).toMatchObject({ kind: 'fetched', text: 'here' });
    expect(asked.map((headers) => headers['if-none-match'])).toEqual([undefined, undefined]);
  });

  it('304 again, or to a condition that an operator set, is a failure', async () => {
    const settings = { headers: { 'If-None-Match': '"mine"' } };
    const { outcome, asked } = await fetchFrom(answers(304), settings);
    expect(outcome).toMatchObject({ kind: 'error', code: 'payload_invalid' });
    expect(asked.map((headers) => headers['if-none-match'])).toEqual(['"mine"', undefined]);
  });

  it('304 to a condition is unchanged', async () => {
    const { outcome, asked } = await fetchFrom(answers(304), {}, { etag: '"v1"' });
    expect(outcome).toMatchObject({ kind: 'unchanged', validators: { etag: '"v1"' } });
    expect(asked).toMatchObject([{ 'if-none-match': '"v1"' }]);
  });
});

describe('a redirect to where people sign in', () => {
  const form = '<form><input name="p" type="password"></form>';
  const redirects =
    (location: string, body = form): Respond =>
    (request, response) => {
      if (request.url === '/thing') response.writeHead(302, { location }).end();
      else response.writeHead(200, { 'content-type': 'text/html' }).end(body);
    };

  it.each(['/login?next=/thing', '/users/sign_in', '/Account/LogOn', '/wp-login.php', '/auth/x'])(
    'to %s is no page of its own, whatever is declared',
    async (location) => {
      const { outcome } = await fetchFrom(redirects(location));
      expect(outcome).toMatchObject({
        kind: 'error',
        code: 'http_unauthorized',
        facts: { statusCode: 200 },
        answer: { httpStatus: 200 },
      });
    },
  );

  it('is told of an API as well, and of a provider elsewhere that asks by script', async () => {
    const provider = await startLoopbackServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<script src="x"></script>');
    });
    const location = `${provider.origin}/common/oauth2/v2.0/authorize`;
    const { outcome } = await fetchFrom(redirects(location), { response: 'json' });
    await provider.close();
    expect(outcome).toMatchObject({ kind: 'error', code: 'http_unauthorized' });
  });

  it.each([
    ['asks for nothing', '/login', '<p>Signed in</p>'],
    ['has a box for it in a corner', '/home', form],
    ['is about it', '/blog/casual-logins', form],
  ])('is a page like any other where it %s', async (_, location, body) => {
    const { outcome } = await fetchFrom(redirects(location, body));
    expect(outcome).toMatchObject({ kind: 'fetched', text: body });
  });
});

describe('a header that does not fit', () => {
  it.each([
    ['of 3,000 characters', `"${'e'.repeat(3000)}"`, null],
    ['of 500 characters', `"${'e'.repeat(498)}"`, `"${'e'.repeat(498)}"`],
    ['with letters beyond ASCII', '"caf\xe9"', null],
    ['that is empty', '', null],
  ])('an ETag %s is kept where it fits, and the page in any case', async (_, etag, kept) => {
    const { outcome } = await fetchFrom(answers(200, 'page', { etag, 'last-modified': etag }));
    expect(outcome).toMatchObject({ kind: 'fetched', text: 'page', validators: { etag: kept } });
    if (outcome.kind === 'fetched')
      expect(outcome.validators.lastModified?.length ?? 0).toBeLessThanOrEqual(100);
  });

  it.each([
    [`text/${'x'.repeat(3000)}`, 'text/plain'],
    ['nonsense', 'text/plain'],
    ['text/html, text/html', 'text/html'],
    [`text/html; charset=${'x'.repeat(3000)}`, 'text/html'],
  ])('a content type is one or none', async (sent, kept) => {
    const { outcome } = await fetchFrom(answers(200, 'page', { 'content-type': sent }));
    expect(outcome).toMatchObject({ kind: 'fetched', contentType: kept });
  });
});
