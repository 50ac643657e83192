/** Requests that are refused before anything reads them. */
import type { RequestSettings } from '#lib/config/request-settings.ts';
import type { PublicError } from '#lib/errors/app-error.ts';
import type { ErrorCode } from '#lib/errors/codes.ts';
import { refusedHeader } from './door-headers.ts';
import { isAllowedHost, isSameOrigin } from './same-origin.ts';

export interface Refusal {
  readonly status: number;
  readonly error: PublicError;
}

const refusal = (
  status: number,
  message: string,
  remedy: string,
  code: ErrorCode = 'forbidden',
): Refusal => ({
  status,
  error: { code, message, remedy },
});

const badMethod = refusal(405, 'Nothing here answers this method.', 'Use GET or POST.');
const badHost = refusal(
  421,
  'The console is not asked for by this name.',
  'Use the address of NEXTAUTH_URL, or name this host in INGEST_ALLOWED_HOSTS.',
);
const foreign = refusal(
  403,
  'This request did not come from a page of this console.',
  'Open the console and repeat the action there. Behind a proxy, set NEXTAUTH_URL to the address browsers see.',
);
const noAction = refusal(
  400,
  'A page takes no such request.',
  'Load the page again and repeat the action there.',
  'input_invalid',
);

const noForm = refusal(
  415,
  'Signing in and out are sent as forms.',
  'Send application/x-www-form-urlencoded.',
  'input_invalid',
);

/** What machines ask, by an address most often. */
const isProbe = /^\/(?:api\/health|metrics)(?:\/|$)/;

/** An action's id is 42 hexadecimal digits today. */
const actionId = /^[0-9a-f]{20,100}$/;
/** How React sends the arguments of an action. */
const actionBody = /^(?:text\/plain(?:;|$)|multipart\/form-data;\s*boundary=\S)/i;

/** A program shows a token in a header: no browser adds one by itself, and cookies mean nothing there. */
export const isOfProgram = (pathname: string): boolean => pathname.startsWith('/api/v1/');

/** Why the request is refused; null when it is not. Health and metrics are told under any name. */
export function refusalOf(
  { method, pathname, headers }: { method: string; pathname: string; headers: Headers },
  settings: RequestSettings,
): Refusal | null {
  if (headers.get(refusedHeader)) return badMethod;
  if (!isProbe.test(pathname) && !isAllowedHost(headers, settings)) return badHost;
  if (!isOfProgram(pathname) && !isSameOrigin(method, headers, settings)) return foreign;
  if (method === 'POST' && pathname.startsWith('/api/auth/') && !isForm(headers)) return noForm;
  if (pathname.startsWith('/api/')) return null;
  if (method === 'POST' && !isAction(headers)) return noAction;
  return ['GET', 'HEAD', 'OPTIONS', 'POST'].includes(method) ? null : badMethod;
}

/** next-auth reads JSON as well, and fails where it is none. */
const isForm = (headers: Headers): boolean =>
  /^application\/x-www-form-urlencoded(?:;|$)/i.test(headers.get('content-type') ?? '');

/** The forms of this console are sent by their pages' code; what else is posted to a page only makes Next fail. */
const isAction = (headers: Headers): boolean =>
  actionId.test(headers.get('next-action') ?? '') &&
  actionBody.test(headers.get('content-type') ?? '');
