/** Which addresses may be connected to: public ones, and the networks a deployment allows. */
import ipaddr from 'ipaddr.js';
import { AppError } from '#lib/errors/app-error.ts';

export interface AddressPolicy {
  /** Takes an IPv4 or IPv6 address as text; anything else is not allowed. */
  allows(address: string): boolean;
}

/** `allow` holds CIDRs such as `10.0.0.0/8`. Throws `config_invalid` for one that is none. */
export function createAddressPolicy(allow: readonly string[]): AddressPolicy {
  const networks = allow.map((text) => {
    if (!ipaddr.isValidCIDR(text.trim())) {
      throw new AppError('config_invalid', `"${text}" is not a network in CIDR notation.`, {
        remedy: 'Give INGEST_EGRESS_ALLOW networks such as 10.0.0.0/8, separated by commas.',
      });
    }
    return ipaddr.parseCIDR(text.trim());
  });
  return {
    allows(address) {
      const [withoutZone = ''] = address.split('%', 1);
      if (!ipaddr.isValid(withoutZone)) return false;
      // `process` turns an IPv4 address in IPv6 clothing (::ffff:127.0.0.1) back into IPv4.
      const ip = ipaddr.process(withoutZone);
      if (ip.range() === 'unicast') return true;
      return networks.some(
        ([network, bits]) => ip.kind() === network.kind() && ip.match(network, bits),
      );
    },
  };
}

export const refusedAddress = (host: string): AppError =>
  new AppError('egress_address_refused', `${host} is a private or local address.`);
