import { describe, expect, it } from 'vitest';
import { createAddressPolicy } from './address-policy.ts';

const allowed = (address: string, ...networks: string[]) =>
  createAddressPolicy(networks).allows(address);

describe('without networks of its own, a deployment reaches', () => {
  it.each([
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '168.63.129.15',
    '168.63.129.17',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2001:4860:4860::8888',
    '2a00:1450:4001::5efe',
    '::ffff:1.1.1.1',
    '2600::5efe:101:101',
  ])('%s', (address) => {
    expect(allowed(address)).toBe(true);
  });
});

describe('without networks of its own, a deployment does not reach', () => {
  it.each([
    ['this network', '0.0.0.0'],
    ['this network', '0.1.2.3'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['a carrier’s', '100.64.0.1'],
    ['Alibaba’s metadata', '100.100.100.200'],
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.254'],
    ['the metadata of clouds', '169.254.169.254'],
    ['Amazon’s task metadata', '169.254.170.2'],
    ['Azure’s host', '168.63.129.16'],
    ['Oracle’s metadata', '192.0.0.192'],
    ['documentation', '192.0.2.1'],
    ['documentation', '198.51.100.1'],
    ['documentation', '203.0.113.1'],
    ['relays of 6to4', '192.88.99.1'],
    ['benchmarks', '198.18.0.1'],
    ['benchmarks', '198.19.255.255'],
    ['multicast', '224.0.0.1'],
    ['multicast', '239.255.255.255'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['loopback', '::1'],
    ['IPv4-compatible', '::127.0.0.1'],
    ['IPv4-compatible, public', '::1.1.1.1'],
    ['IPv4-mapped', '::ffff:127.0.0.1'],
    ['IPv4-mapped, in digits', '::ffff:a9fe:a9fe'],
    ['IPv4-mapped, Azure’s', '::ffff:168.63.129.16'],
    ['IPv4-translated', '::ffff:0:127.0.0.1'],
    ['NAT64', '64:ff9b::7f00:1'],
    ['NAT64 of a public address', '64:ff9b::101:101'],
    ['NAT64 of a network', '64:ff9b:1::10.0.0.1'],
    ['discard only', '100::1'],
    ['Teredo', '2001:0:4136:e378:8000:63bf:80ff:fffe'],
    ['benchmarks', '2001:2::1'],
    ['ORCHID', '2001:10::1'],
    ['ORCHID', '2001:20::1'],
    ['documentation', '2001:db8::1'],
    ['documentation', '3fff::1'],
    ['6to4 of a private address', '2002:a00:1::1'],
    ['6to4 of a public address', '2002:101:101::1'],
    ['ISATAP of a private address', '2600::5efe:10.0.0.1'],
    ['ISATAP of a private address, as if unique', '2600::200:5efe:169.254.169.254'],
    ['unique local, Amazon’s metadata', 'fd00:ec2::254'],
    ['unique local, Google’s metadata', 'fd20:ce::254'],
    ['unique local', 'fc00::1'],
    ['link-local', 'fe80::1'],
    ['link-local with its zone', 'fe80::1%eth0'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['segment routing', '5f00::1'],
    ['not assigned', '4000::1'],
    ['not assigned', '1::1'],
    ['not assigned', 'e000::1'],
    ['a name', 'localhost'],
    ['nothing', ''],
  ])('what is %s: %s', (_, address) => {
    expect(allowed(address)).toBe(false);
  });
});

describe('a network that is allowed', () => {
  it.each([
    ['10.1.2.3', '10.0.0.0/8', true],
    ['11.1.2.3', '10.0.0.0/8', true],
    ['192.168.1.1', '10.0.0.0/8', false],
    ['::ffff:10.1.2.3', '10.0.0.0/8', true],
    ['168.63.129.16', '168.63.129.16/32', true],
    ['fd00::1', 'fd00::/8', true],
    ['64:ff9b::10.1.2.3', '10.0.0.0/8', false],
  ])('%s under %s: %s', (address, network, expected) => {
    expect(allowed(address, network)).toBe(expected);
  });

  it('of a gateway opens what is public behind it, and nothing else', () => {
    expect(allowed('64:ff9b::1.1.1.1', '64:ff9b::/96')).toBe(true);
    expect(allowed('64:ff9b::169.254.169.254', '64:ff9b::/96')).toBe(false);
    expect(allowed('64:ff9b::10.1.2.3', '64:ff9b::/96', '10.0.0.0/8')).toBe(true);
    expect(allowed('2002:7f00:1::1', '2002::/16')).toBe(false);
    // Teredo of the client 127.0.0.1.
    expect(allowed('2001:0:101:101:0:0:80ff:fffe', '2001::/32')).toBe(false);
  });

  it('must be one', () => {
    expect(() => createAddressPolicy(['10.0.0.0'])).toThrow(/CIDR/);
  });
});
