// Truth: the IANA special-purpose address registries, and the addresses under which clouds offer their guests secrets.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AddressRules } from './address-rules.ts'

const REFUSED = {
  loopback: ['127.0.0.1', '127.255.255.254', '::1'],
  private: ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fdff:ffff::1'],
  'link-local': ['169.254.0.1', 'fe80::1', 'fe80::1%eth0', 'febf::1'],
  metadata: ['169.254.169.254', 'fd00:ec2::254', '100.100.100.200', '192.0.0.192', '168.63.129.16'],
  'carrier-grade NAT': ['100.64.0.1', '100.127.255.255'],
  multicast: ['224.0.0.1', '239.255.255.255', 'ff02::1'],
  broadcast: ['255.255.255.255'],
  unspecified: ['0.0.0.0', '0.1.2.3', '::'],
  documentation: ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1'],
  reserved: ['198.18.0.1', '240.0.0.1', '192.88.99.1', '4000::1', '1::1', 'fec0::1', '100::1'],
  'IPv4 in IPv6': ['::ffff:127.0.0.1', '::ffff:a00:1', '::ffff:169.254.169.254', '::127.0.0.1', '::7f00:1'],
  'translated IPv4': ['64:ff9b::7f00:1', '64:ff9b::169.254.169.254', '64:ff9b:1::a00:1', '::ffff:0:127.0.0.1'],
  tunnels: ['2002:7f00:1::1', '2001:0:7f00:1::1'],
  'odd notations': ['0x7f.1', '2130706433', '0177.0.0.1', '127.1', '0', '0x7f000001'],
  'no address': ['', 'localhost', 'example.com', '1.2.3.4.5', '[::1]', '8.8.8.8 ', '8.8.8.8/32'],
}

describe('AddressRules', () => {
  for (const [kind, addresses] of Object.entries(REFUSED)) {
    for (const address of addresses) {
      test(`refuses ${kind}: "${address}"`, () => assert.equal(new AddressRules([]).allows(address), false))
    }
  }

  for (const address of [
    '8.8.8.8',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.255.255',
    '100.128.0.1',
    '168.63.129.17',
    '2a00:1450:4001::1',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
  ]) {
    test(`allows the public ${address}`, () => assert.equal(new AddressRules([]).allows(address), true))
  }

  test('what the operator names is allowed in each of its forms, and nothing beside it', () => {
    const rules = new AddressRules(['127.0.0.0/8', '10.1.2.3', 'fd12::/16'])
    const allowed = ['127.0.0.1', '127.9.9.9', '::ffff:127.0.0.1', '64:ff9b::7f00:1', '10.1.2.3', 'fd12:3456::1']
    for (const address of allowed) assert.equal(rules.allows(address), true, address)
    for (const address of ['::1', '10.1.2.4', 'fd13::1', '169.254.169.254', '128.0.0.1%0', '192.168.0.1']) {
      assert.equal(rules.allows(address), false, address)
    }
  })

  test('a range of one family says nothing of the other', () => {
    assert.equal(new AddressRules(['::/0']).allows('127.0.0.1'), false)
    assert.equal(new AddressRules(['0.0.0.0/0']).allows('::1'), false)
    assert.equal(new AddressRules(['::/0']).allows('::1'), true)
  })

  for (const entry of [
    '',
    'localhost',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0/8',
    '::1/129',
    '10.0.0.0/8/8',
    '1.2.3.4/',
  ]) {
    test(`an entry that is no address or range is an error: "${entry}"`, () => {
      assert.throws(() => new AddressRules([entry]), { message: `"${entry}" is neither an address nor a CIDR range` })
    })
  }
})
