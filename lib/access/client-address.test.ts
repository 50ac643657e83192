import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientAddress, networkOf } from './client-address.ts';

it('of IPv6 the network counts, of IPv4 the address', () => {
  expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
  expect(networkOf('2001:db8:1:2::9')).toBe('2001:db8:1:2::/64');
  expect(networkOf('198.51.100.7')).toBe('198.51.100.7');
});

describe('the address of whoever asks', () => {
  it.each([
    ['no proxy is trusted', '203.0.113.9', '198.51.100.1', [], '203.0.113.9'],
    ['the proxy is trusted', '10.0.0.2', '198.51.100.1', ['10.0.0.0/8'], '198.51.100.1'],
    ['a client invents hops', '10.0.0.2', '1.1.1.1, 198.51.100.1', ['10.0.0.0/8'], '198.51.100.1'],
    ['two proxies', '10.0.0.2', '198.51.100.1, 10.0.0.3', ['10.0.0.0/8'], '198.51.100.1'],
    ['a proxy says nothing', '10.0.0.2', null, ['10.0.0.0/8'], '10.0.0.2'],
    ['a proxy says nonsense', '10.0.0.2', 'unknown', ['10.0.0.0/8'], '10.0.0.2'],
    ['with a port', '10.0.0.2', '198.51.100.1:4711', ['10.0.0.0/8'], '198.51.100.1'],
    ['IPv6 with a port', '::1', '[2001:db8::7]:4711', ['::1/128'], '2001:db8::7'],
    ['IPv4 in IPv6 clothing', '::ffff:10.0.0.2', '198.51.100.1', ['10.0.0.0/8'], '198.51.100.1'],
    ['no peer', null, '198.51.100.1', ['0.0.0.0/0'], null],
  ] as const)('%s', (_, peer, forwarded, trusted, expected) => {
    expect(clientAddress(peer, forwarded, [...trusted])).toBe(expected);
  });

  it('is an address of at most 45 characters or none, whatever a header says', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string())),
        (peer, hops) => {
          const address = clientAddress(peer, hops.join(','), ['0.0.0.0/0', '::/0']);
          expect(address === null || address.length <= 45).toBe(true);
        },
      ),
    );
  });
});
