/**
 * Connects only to allowed addresses. A name is looked up once, and the address that was checked is
 * the one connected to; the socket's own address is checked again, since no lookup happens for
 * address literals. Together with the check of the URL this leaves no gap between check and use.
 */
import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { type AddressPolicy, refusedAddress } from './address-policy.ts';

export type Lookup = (
  hostname: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** A lookup that fails when any address of the name is not allowed. */
function guardedLookup(policy: AddressPolicy, lookup: Lookup = systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error) return callback(error, '', 0);
      if (!first || !addresses.every(({ address }) => policy.allows(address))) {
        return callback(refusedAddress(hostname), '', 0);
      }
      if (options.all) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}

export interface GuardedConnector {
  readonly connect: buildConnector.connector;
  /** Address of the newest connection to `host[:port]`; null when there is none. */
  remoteAddress(host: string): string | null;
}

export function createGuardedConnector(
  policy: AddressPolicy,
  options: { readonly timeoutMs: number; readonly lookup?: Lookup },
): GuardedConnector {
  const addresses = new Map<string, string>();
  const connect = buildConnector({
    timeout: options.timeoutMs,
    allowH2: false,
    lookup: guardedLookup(policy, options.lookup),
  });
  return {
    remoteAddress: (host) => addresses.get(host) ?? null,
    connect(target, callback) {
      connect(target, (...[error, socket]) => {
        if (error) return callback(error, null);
        const address = socket.remoteAddress;
        if (address === undefined || !policy.allows(address)) {
          socket.destroy();
          return callback(refusedAddress(target.hostname), null);
        }
        if (addresses.size >= 10_000) addresses.clear();
        addresses.set(target.host ?? target.hostname, address);
        callback(null, socket);
      });
    },
  };
}
