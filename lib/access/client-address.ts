/** The network address a request came from. */
import ipaddr from 'ipaddr.js';

/**
 * The address of whoever asks: that of the connection's other end, or, as long as that is a trusted proxy, the one it
 * says it was asked by, the last of `X-Forwarded-For`, and so on. Anybody else may write what they like into that
 * header. Null when there is no address to be had.
 *
 * @param peer of the connection
 * @param forwarded the header `X-Forwarded-For`
 * @param trusted networks in CIDR notation
 */
export function clientAddress(
  peer: string | null,
  forwarded: string | null,
  trusted: readonly string[],
): string | null {
  const hops = (forwarded ?? '').split(',').map(parse).reverse();
  let address = parse(peer ?? '');
  for (const hop of hops) {
    if (hop === null || !isIn(address, trusted)) break;
    address = hop;
  }
  return address?.toString() ?? null;
}

/** Whether the connection's other end is a trusted proxy. */
export const isTrusted = (peer: string | null, trusted: readonly string[]): boolean =>
  isIn(parse(peer ?? ''), trusted);

function isIn(address: ipaddr.IPv4 | ipaddr.IPv6 | null, networks: readonly string[]): boolean {
  return networks
    .map((text) => ipaddr.parseCIDR(text))
    .some(([network, bits]) => address?.kind() === network.kind() && address.match(network, bits));
}

/** Of IPv6 the first 64 bits: whoever has one address there has them all (RFC 6177). */
export function networkOf(address: string): string {
  const parsed = parse(address);
  return parsed instanceof ipaddr.IPv6
    ? `${parsed.parts
        .slice(0, 4)
        .map((part) => part.toString(16))
        .join(':')}::/64`
    : address;
}

/** Some proxies add the port; an IPv4 address in IPv6 clothing is the IPv4 address. */
function parse(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const trimmed = text.trim();
  const [, bracketed] = /^\[([^\]]*)\](?::\d+)?$/.exec(trimmed) ?? [];
  const [, v4] = /^([\d.]+):\d+$/.exec(trimmed) ?? [];
  const [bare = ''] = (bracketed ?? v4 ?? trimmed).split('%', 1);
  return ipaddr.IPv4.isValidFourPartDecimal(bare) || bare.includes(':')
    ? ipaddr.isValid(bare)
      ? ipaddr.process(bare)
      : null
    : null;
}
