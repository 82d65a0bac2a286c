// Truth: every way to name a person or a group leads to that one alone, and a hidden number can't be read from its id.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import fc from 'fast-check'
import { systemRandom } from '../lib/random.ts'
import { MESSENGERS } from '../model/messenger.ts'
import { Addresses } from './addresses.ts'
import { contentFromDevice, contentToDevice } from './content-addresses.ts'
import type { Content } from './contents.ts'
import { NetworkFile } from './network-file.ts'

let folder: string
let file: NetworkFile
let addresses: Addresses
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jadegate-addresses-'))
  file = new NetworkFile(join(folder, 'network.db'))
  addresses = new Addresses(file, systemRandom)
})
afterEach(() => {
  file.close()
  rmSync(folder, { recursive: true })
})

const viewers = MESSENGERS.flatMap((messenger) =>
  [false, true].map((hidesNumbers) => ({ messenger, hidesNumbers }) as const),
)
const phones = fc.stringMatching(/^[1-9][0-9]{6,15}$/)

test('what a device is told of a person leads back to that person, and to nobody else', () => {
  fc.assert(
    fc.property(fc.uniqueArray(phones, { minLength: 2, maxLength: 5 }), fc.constantFrom(...viewers), (many, viewer) => {
      const told = many.map((phone) => addresses.toDevice(viewer, phone))
      assert.equal(new Set(told).size, many.length)
      assert.deepEqual(
        told.map((address) => addresses.fromDevice(viewer, address)),
        many,
      )
      assert.deepEqual(
        many.map((phone) => addresses.toDevice(viewer, phone)),
        told,
        'it stays the same',
      )
      if (viewer.messenger === 'whatsapp' && !viewer.hidesNumbers) assert.deepEqual(told, many)
      else for (const [index, address] of told.entries()) assert.notEqual(address.split('@')[0], many[index])
    }),
    { numRuns: 60 },
  )
})

test('a device may name a person by number, by user id or by hidden id', () => {
  const phone = '79005552001'
  for (const viewer of viewers) {
    const { messenger } = viewer
    const known = addresses.identify(messenger, phone)
    const forms = [`+${phone}`, `${phone}@c.us`, `${known.lid}@lid`]
    forms.push(messenger === 'whatsapp' ? phone : String(10_000_000 + known.no))
    for (const form of forms) assert.equal(addresses.fromDevice(viewer, form), phone, form)
  }
})

test('groups and the chat of statuses keep their names; nobody is behind anything else', () => {
  for (const viewer of viewers) {
    for (const address of [
      '120363000000000001@g.us',
      '79001234567-1581234048@g.us',
      '-1001234567890',
      'status@broadcast',
    ])
      for (const way of ['toDevice', 'fromDevice'] as const)
        assert.equal(addresses[way](viewer, address), address, `${way} of ${address}`)
    for (const address of ['999999999999999@lid', 'nobody', '', '+12', '-', '1@newsletter'])
      assert.equal(addresses.fromDevice(viewer, address), null, address)
  }
  assert.equal(addresses.fromDevice({ messenger: 'telegram', hidesNumbers: false }, '79005552001'), null)
})

test('one messenger’s ids mean nobody on another', () => {
  const { lid } = addresses.identify('whatsapp', '79005552001')
  const { no } = addresses.identify('v3', '79005552002')
  const telegram = { messenger: 'telegram', hidesNumbers: false } as const
  assert.equal(addresses.fromDevice(telegram, `${lid}@lid`), null)
  assert.equal(addresses.fromDevice(telegram, String(10_000_000 + no)), null)
})

test('everybody whom a content names is renamed both ways, also in what it replies to', () => {
  const [one, two] = ['79005552001', '79005552002']
  const quote = { id: 'Q', participant: one, content: { kind: 'order', ...order(two) } as const }
  const contents: Content[] = [
    { kind: 'reaction', target: 'T', participant: one, emoji: '👍' },
    { kind: 'vote', poll: 'P', question: '?', multipleAnswers: true, options: [{ name: 'a', voters: [one, two] }] },
    {
      kind: 'contacts',
      contacts: [
        { displayName: 'A', vcard: '', address: one },
        { displayName: 'B', vcard: '' },
      ],
      quote,
    },
    { kind: 'order', ...order(two), quote },
    { kind: 'text', text: one, quote: { id: 'Q', participant: '', content: null } },
  ]
  for (const viewer of viewers)
    for (const content of contents) {
      const told = contentToDevice(addresses, viewer, content)
      assert.deepEqual(contentFromDevice(addresses, viewer, told), content)
      const isPlain = viewer.messenger === 'whatsapp' && !viewer.hidesNumbers
      const named = JSON.stringify({ ...told, text: '' })
      if (!isPlain) assert.ok(!named.includes(one) && !named.includes(two), named)
      else assert.deepEqual(told, content)
    }
})

test('a person whom nobody knows is left out where a content may leave it open', () => {
  const viewer = { messenger: 'telegram', hidesNumbers: false } as const
  const options = [{ name: 'a', voters: ['999'] }]
  assert.deepEqual(
    contentFromDevice(addresses, viewer, { kind: 'vote', poll: 'P', question: '?', multipleAnswers: false, options }),
    { kind: 'vote', poll: 'P', question: '?', multipleAnswers: false, options: [{ name: 'a', voters: [] }] },
  )
  assert.deepEqual(
    contentFromDevice(addresses, viewer, { kind: 'reaction', target: 'T', participant: '999', emoji: 'x' }),
    { kind: 'reaction', target: 'T', participant: '', emoji: 'x' },
  )
})

function order(seller: string) {
  return { orderId: 'O', token: 't', title: 'x', itemCount: 1, currency: 'EUR', total: '100', seller }
}
