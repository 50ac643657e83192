/**
 * Connects only to allowed addresses: public ones, and the networks a deployment allows. A name is looked up
 * once, and the address that was checked is the one connected to; the socket's own address is checked again,
 * since no lookup happens for address literals. Together with the check of the URL this leaves no gap between
 * check and use.
 */

import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns';
import type { LookupFunction, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { buildConnector } from 'undici';
import { AppError } from '#lib/errors/app-error.ts';
import type { AddressPolicy } from './address-policy.ts';

export const refusedAddress = (host: string): AppError =>
  new AppError('egress_address_refused', `${host} is a private or local address.`);

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

/** What is known of a connection. */
export interface Connection {
  readonly address: string;
  /** `1.1` or `2`. */
  readonly httpVersion: string;
  /** When it was asked for, on this process's monotonic clock, ms. */
  readonly openedAt: number;
  /** Name look-up, TCP and TLS, ms. */
  readonly tookMs: number;
}

/** Between which instants a host's certificate holds, and when it was shown; ms since 1970 by this process's clock. */
export interface SeenCertificate {
  readonly host: string;
  readonly from: number;
  readonly until: number;
  readonly seenAt: number;
}

export interface GuardedConnector {
  readonly connect: buildConnector.connector;
  /** The certificates that hosts have shown since the last call, the newest of each. */
  takeCertificates(): SeenCertificate[];
  /** The newest connection to `host[:port]`; null when there is none. */
  connectionTo(host: string): Connection | null;
}

const mostRemembered = 10_000;

/** Null without TLS, and for a connection that has been lost already. */
function certificateOf(socket: Socket, host: string): SeenCertificate | null {
  const shown = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  if (!shown) return null;
  const [from, until] = [shown.validFromDate.getTime(), shown.validToDate.getTime()];
  return Number.isNaN(from) || Number.isNaN(until)
    ? null
    : { host, from, until, seenAt: Date.now() };
}

export function createGuardedConnector(
  policy: AddressPolicy,
  options: {
    readonly timeoutMs: number;
    readonly lookup?: Lookup;
    /** PEM; in place of the authorities that come with Node. */
    readonly ca?: string;
  },
): GuardedConnector {
  const connections = new Map<string, Connection>();
  const certificates = new Map<string, SeenCertificate>();
  const connect = buildConnector({
    timeout: options.timeoutMs,
    allowH2: true,
    preferH2: true,
    lookup: guardedLookup(policy, options.lookup),
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  });
  return {
    connectionTo: (host) => connections.get(host) ?? null,
    takeCertificates() {
      const taken = [...certificates.values()];
      certificates.clear();
      return taken;
    },
    connect(target, callback) {
      const openedAt = performance.now();
      connect(target, (...[error, socket]) => {
        if (error) return callback(error, null);
        const address = socket.remoteAddress;
        if (address === undefined || !policy.allows(address)) {
          socket.destroy();
          return callback(refusedAddress(target.hostname), null);
        }
        if (connections.size >= mostRemembered) connections.clear();
        connections.set(target.host ?? target.hostname, {
          address,
          httpVersion: 'alpnProtocol' in socket && socket.alpnProtocol === 'h2' ? '2' : '1.1',
          openedAt,
          tookMs: performance.now() - openedAt,
        });
        const certificate = certificateOf(socket, target.host ?? target.hostname);
        if (certificate && certificates.size < mostRemembered)
          certificates.set(certificate.host, certificate);
        callback(null, socket);
      });
    },
  };
}
