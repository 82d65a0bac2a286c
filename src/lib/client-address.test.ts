// Truth: each proxy appends the address of its own peer to X-Forwarded-For, and anybody may send such a header with anything in it.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { AddressRanges } from './address-ranges.ts'
import { clientAddress } from './client-address.ts'

const PROXIES = new AddressRanges(['10.0.0.0/8', 'fd00::1'])

function from(remoteAddress: string | undefined, forwarded?: string | readonly string[], proxies = PROXIES): string {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
  return clientAddress({ remoteAddress, headers }, proxies)
}

describe('clientAddress', () => {
  const cases: readonly (readonly [string, string | undefined, string | readonly string[] | undefined, string])[] = [
    ['without a proxy it is the peer', '203.0.113.5', undefined, '203.0.113.5'],
    ['an IPv4 peer of a socket for both is what it is', '::ffff:203.0.113.5', undefined, '203.0.113.5'],
    ['a peer that is no proxy is not believed', '203.0.113.5', '198.51.100.7', '203.0.113.5'],
    ['a proxy is', '10.0.0.1', '198.51.100.7', '198.51.100.7'],
    ['a proxy by IPv6 too', 'fd00::1', '2001:db8::7', '2001:db8::7'],
    ['a proxy that connects by the other spelling', '::ffff:10.0.0.1', '198.51.100.7', '198.51.100.7'],
    [
      'a chain of proxies is followed to whom the first of them saw',
      '10.0.0.1',
      '198.51.100.7, 10.0.0.3, 10.0.0.2',
      '198.51.100.7',
    ],
    ['what stands before the client is his own invention', '10.0.0.1', '192.0.2.1, 198.51.100.7', '198.51.100.7'],
    ['and may be nonsense', '10.0.0.1', 'unknown, 192.0.2.1/8,, 198.51.100.7', '198.51.100.7'],
    ['even where it names a proxy', '10.0.0.1', '10.0.0.9, 198.51.100.7', '198.51.100.7'],
    ['where all are proxies it is the first one', '10.0.0.1', '10.0.0.3,10.0.0.2', '10.0.0.3'],
    ['the header may come several times', '10.0.0.1', ['192.0.2.1', '198.51.100.7'], '198.51.100.7'],
    ['with a port', '10.0.0.1', '198.51.100.7:4711', '198.51.100.7'],
    ['IPv6 in brackets', '10.0.0.1', '[2001:db8::7]:4711, [fd00::1]', '2001:db8::7'],
    ['without an address in it', '10.0.0.1', '', '10.0.0.1'],
    ['a name is no address', '10.0.0.1', 'client.example', '10.0.0.1'],
    ['a word for "not told"', '10.0.0.1', '198.51.100.7, unknown', '10.0.0.1'],
    ['octal and short forms are none', '10.0.0.1', '0313.0.113.5', '10.0.0.1'],
    ['nonsense behind a proxy', '10.0.0.1', '198.51.100.7, x, 10.0.0.2', '10.0.0.1'],
    ['a range is no address', '10.0.0.1', '198.51.100.0/24', '10.0.0.1'],
    ['a socket without an address', undefined, '198.51.100.7', ''],
  ]
  for (const [name, peer, forwarded, expected] of cases) {
    test(name, () => assert.equal(from(peer, forwarded), expected))
  }

  test('a chain with any beginning tells the last address that no proxy has', () => {
    const octet = fc.integer({ min: 0, max: 255 })
    const foreign = fc.tuple(octet, octet).map(([a, b]) => `198.51.${String(a)}.${String(b)}`)
    const proxy = fc.tuple(octet, octet, octet).map((parts) => `10.${parts.join('.')}`)
    fc.assert(
      fc.property(fc.array(fc.string()), foreign, fc.array(proxy), proxy, (invented, client, chain, peer) => {
        assert.equal(from(peer, [...invented, client, ...chain].join(',')), client)
      }),
    )
  })

  test('whatever is sent, a peer that is not trusted is himself', () => {
    fc.assert(fc.property(fc.string(), (text) => assert.equal(from('203.0.113.5', text), '203.0.113.5')))
    assert.equal(from('10.0.0.1', '198.51.100.7', new AddressRanges([])), '10.0.0.1')
  })
})

describe('AddressRanges', () => {
  const ranges = new AddressRanges(['203.0.113.0/24', '198.51.100.7', '2001:db8::/32', '::ffff:192.0.2.0/120'])
  for (const [address, isIn] of [
    ['203.0.113.0', true],
    ['203.0.113.255', true],
    ['203.0.114.0', false],
    ['198.51.100.7', true],
    ['198.51.100.8', false],
    ['::ffff:198.51.100.7', true],
    ['2001:db8:ffff::1', true],
    ['2001:db9::1', false],
    ['192.0.2.9', true],
    ['192.0.3.9', false],
    ['', false],
    ['203.0.113', false],
    ['203.0.113.1:80', false],
    ['localhost', false],
  ] as const) {
    test(`"${address}" is ${isIn ? '' : 'not '}in`, () => assert.equal(ranges.has(address), isIn))
  }

  test('all of IPv4 and all of IPv6', () => {
    const four = new AddressRanges(['0.0.0.0/0'])
    assert.deepEqual([four.has('8.8.8.8'), four.has('::ffff:8.8.8.8'), four.has('2001:db8::1')], [true, true, false])
    const six = new AddressRanges(['::/0'])
    assert.deepEqual([six.has('2001:db8::1'), six.has('8.8.8.8')], [true, false])
  })

  for (const wrong of [
    '',
    '203.0.113.0/33',
    '203.0.113.0/',
    '203.0.113.0/-1',
    '203.0.113/24',
    'fd00::/129',
    'a/8',
    '10.0.0.0/8/8',
  ]) {
    test(`"${wrong}" is no range`, () => assert.throws(() => new AddressRanges([wrong]), /neither an address nor/))
  }
})
