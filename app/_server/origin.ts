/** Where the request at hand came from. */
import { headers } from 'next/headers';
import { clientAddress } from '#lib/access/client-address.ts';
import type { Origin } from '#lib/access/sessions.ts';
import { getRuntime } from '#lib/runtime.ts';
import { peerHeader } from './door-headers.ts';

export async function requestOrigin(): Promise<Origin> {
  const { config } = await getRuntime();
  const given = await headers();
  return {
    address: clientAddress(
      given.get(peerHeader),
      given.get('x-forwarded-for'),
      config.requests.trustedProxies,
    ),
    userAgent: given.get('user-agent'),
  };
}
