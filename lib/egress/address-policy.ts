/** Which addresses may be connected to: those of the public internet, and the networks a deployment allows. */
import ipaddr from 'ipaddr.js';
import { AppError } from '#lib/errors/app-error.ts';

type Network = ReturnType<typeof ipaddr.parseCIDR>;

export interface AddressPolicy {
  /** Takes an IPv4 or IPv6 address as text; anything else is not allowed. */
  allows(address: string): boolean;
}

/** What of IPv4 is no global unicast, or is somebody's own: https://www.iana.org/assignments/iana-ipv4-special-registry */
const localIpv4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  // Shared by carriers; Alibaba's metadata (100.100.100.200) is there.
  '100.64.0.0/10',
  '127.0.0.0/8',
  // Link-local; the metadata of most clouds (169.254.169.254) is there.
  '169.254.0.0/16',
  // Azure's host, which hands out configuration and keys, in the middle of public addresses:
  // https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
  '168.63.129.16/32',
  '172.16.0.0/12',
  // Protocol assignments; Oracle's metadata (192.0.0.192) is there.
  '192.0.0.0/24',
  '192.0.2.0/24',
  // Relays of 6to4, which was given up.
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  // Multicast, then what is reserved, with the broadcast.
  '224.0.0.0/4',
  '240.0.0.0/4',
].map((text) => ipaddr.parseCIDR(text));

/** All of global unicast in IPv6 (RFC 4291, 2.4). */
const globalIpv6 = ipaddr.parseCIDR('2000::/3');

/** What of it is not: https://www.iana.org/assignments/iana-ipv6-special-registry */
const localIpv6 = [
  // Protocol assignments with Teredo, benchmarks, ORCHID; nobody serves pages there.
  '2001::/23',
  '2001:db8::/32',
  // 6to4.
  '2002::/16',
  '3fff::/20',
].map((text) => ipaddr.parseCIDR(text));

/** Where an IPv6 address carries one of IPv4, to which a gateway sends on. */
const carriers: readonly {
  readonly network: Network;
  readonly at: number;
  readonly inverted?: true;
}[] = [
  // IPv4-compatible (RFC 4291, 2.5.5.1), translated (RFC 2765), NAT64 (RFC 6052, 8215).
  { network: ipaddr.parseCIDR('::/96'), at: 12 },
  { network: ipaddr.parseCIDR('::ffff:0:0:0/96'), at: 12 },
  { network: ipaddr.parseCIDR('64:ff9b::/96'), at: 12 },
  { network: ipaddr.parseCIDR('64:ff9b:1::/48'), at: 12 },
  // 6to4 (RFC 3056) and Teredo (RFC 4380), whose client is written with all its bits turned.
  { network: ipaddr.parseCIDR('2002::/16'), at: 2 },
  { network: ipaddr.parseCIDR('2001::/32'), at: 12, inverted: true },
];

/** Addresses whose verdict is remembered: each is asked for again with every request. */
const mostRemembered = 1_000;

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
  const allows = (ip: ipaddr.IPv4 | ipaddr.IPv6): boolean => {
    const carried = carriedBy(ip);
    // Neither a gateway's prefix that is allowed nor a public one opens what is behind it.
    if (carried !== null && !allows(carried)) return false;
    return isPublic(ip) || isIn(ip, networks);
  };
  const judge = (address: string): boolean => {
    const [withoutZone = ''] = address.split('%', 1);
    // In plain digits first: of `::1.2.3.4`, ipaddr.js makes ::ffff:1.2.3.4, which is another address.
    const text = withoutZone.includes(':')
      ? (URL.parse(`http://[${withoutZone}]/`)?.hostname.slice(1, -1) ?? '')
      : withoutZone;
    // `process` turns an IPv4 address in IPv6 clothing (::ffff:127.0.0.1) back into IPv4.
    return ipaddr.isValid(text) && allows(ipaddr.process(text));
  };
  const verdicts = new Map<string, boolean>();
  return {
    allows(address) {
      const known = verdicts.get(address);
      if (known !== undefined) return known;
      if (verdicts.size >= mostRemembered) verdicts.clear();
      const verdict = judge(address);
      verdicts.set(address, verdict);
      return verdict;
    },
  };
}

const isPublic = (ip: ipaddr.IPv4 | ipaddr.IPv6): boolean =>
  ip.kind() === 'ipv4' ? !isIn(ip, localIpv4) : isIn(ip, [globalIpv6]) && !isIn(ip, localIpv6);

const isIn = (ip: ipaddr.IPv4 | ipaddr.IPv6, networks: readonly Network[]): boolean =>
  networks.some(([network, bits]) => ip.kind() === network.kind() && ip.match(network, bits));

/** ISATAP: an interface's id that ends in an IPv4 address (RFC 5214, 6.1), under any prefix. */
const isatapIds = ['0,0,94,254', '2,0,94,254'];

function carriedBy(ip: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | null {
  if (ip.kind() === 'ipv4') return null;
  const bytes = ip.toByteArray();
  const carrier = carriers.find(({ network }) => isIn(ip, [network]));
  const at = carrier?.at ?? (isatapIds.includes(bytes.slice(8, 12).join(',')) ? 12 : null);
  if (at === null) return null;
  const carried = bytes.slice(at, at + 4);
  return new ipaddr.IPv4(carrier?.inverted ? carried.map((byte) => 255 - byte) : carried);
}
