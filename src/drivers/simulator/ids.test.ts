// Truth: the contract's table of chat ids, row by row, and that the network's names and ours are the same thing said twice.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { ChatId } from '../../model/ids.ts'
import { MESSENGERS } from '../../model/messenger.ts'
import { CHAT_IDS } from './ids.ts'

type Row = readonly [raw: string, parsed: string | null, kind?: string, address?: string]

const WHATSAPP: readonly Row[] = [
  ['79001234567@c.us', '79001234567@c.us', 'person', '79001234567'],
  ['1234567@c.us', '1234567@c.us', 'person', '1234567'],
  ['100000012345678@lid', '100000012345678@lid', 'person', '100000012345678@lid'],
  ['120363043968066561@g.us', '120363043968066561@g.us', 'group', '120363043968066561@g.us'],
  ['79001234567-1581234048@g.us', '79001234567-1581234048@g.us', 'group', '79001234567-1581234048@g.us'],
  ['status@broadcast', 'status@broadcast', 'statuses', 'status@broadcast'],
  ['79001234567', null],
  ['+79001234567@c.us', null],
  ['10000000', null],
  ['-1000000000', null],
  ['news@broadcast', null],
  ['79001234567@s.whatsapp.net', null],
  [' 79001234567@c.us', null],
  ['79001234567@c.us\n', null],
]

const DECIMAL: readonly Row[] = [
  ['10000000', '10000000', 'person', '10000000'],
  ['10000000@c.us', '10000000', 'person', '10000000'],
  ['1234567890@c.us', '1234567890', 'person', '1234567890'],
  ['79001234567', '79001234567', 'person', '79001234567'],
  ['79001234567@c.us', '79001234567@c.us', 'person', '+79001234567'],
  ['375291234567@c.us', '375291234567@c.us', 'person', '+375291234567'],
  ['-10000000000000', '-10000000000000', 'group', '-10000000000000'],
  ['-10000000000000@g.us', '-10000000000000', 'group', '-10000000000000'],
  ['120363043968066561@g.us', null],
  ['100000012345678@lid', null],
  ['status@broadcast', null],
  ['-10000000@c.us', null],
  ['0', null],
  ['-0', null],
  ['01', null],
  ['1e7', null],
  ['10000000\n', null],
]

for (const messenger of MESSENGERS)
  describe(`chat ids of ${messenger}`, () => {
    const ids = CHAT_IDS[messenger]
    for (const [raw, parsed, kind, address] of messenger === 'whatsapp' ? WHATSAPP : DECIMAL)
      test(`${JSON.stringify(raw)} is ${parsed === null ? 'none' : `${String(kind)} ${parsed}`}`, () => {
        const chat = ids.parse(raw)
        assert.equal(chat, parsed)
        if (chat === null) return
        assert.equal(ids.kindOf(chat), kind)
        assert.equal(ids.addressOf(chat), address)
      })

    test('what the network names is a chat id, and named so again', () => {
      const person = fc.integer({ min: 10_000_000, max: 9_999_999_999 }).map(String)
      const group = messenger === 'whatsapp' ? person.map((digits) => `${digits}@g.us`) : person.map((id) => `-${id}`)
      fc.assert(
        fc.property(fc.oneof(person, group), (address) => {
          const chat = ids.chatOf(address)
          assert.equal(ids.parse(chat), chat)
          assert.equal(ids.addressOf(chat), address)
        }),
      )
    })

    test('nobody is nobody on both sides', () => {
      assert.equal(ids.chatOf(''), '')
      assert.equal(ids.addressOf('' as ChatId), '')
    })
  })
