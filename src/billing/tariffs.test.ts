// Truth: the contract's quota figures and 466 bodies; a month as Intl knows it in a zone three hours ahead of UTC.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ChatId } from '../model/ids.ts'
import { billingMonth, callsUsedUp, correspondentsUsedUp, TARIFFS } from './tariffs.ts'

const inZone = new Intl.DateTimeFormat('en-CA', { timeZone: 'Etc/GMT-3', year: 'numeric', month: '2-digit' })

test('a month begins at midnight UTC+3', () => {
  assert.equal(billingMonth(Date.UTC(2026, 9, 31, 20, 59, 59)), '2026-10')
  assert.equal(billingMonth(Date.UTC(2026, 9, 31, 21)), '2026-11')
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(2100, 0) }), (at) => {
      assert.equal(billingMonth(at), inZone.format(at))
    }),
  )
})

test('the tariffs have the figures of the contract, and the default has none', () => {
  const { DEVELOPER, BUSINESS, PARTNER } = TARIFFS
  assert.equal(DEVELOPER.correspondents, 3)
  const figures = { checkwhatsapp: 100, getchathistory: 300, downloadfile: 500, leavegroup: 500, getcontacts: 1000 }
  for (const [method, limit] of Object.entries(figures)) assert.equal(DEVELOPER.calls.get(method), limit, method)
  assert.equal(DEVELOPER.calls.get('sendmessage'), undefined)
  assert.deepEqual([BUSINESS.correspondents, BUSINESS.calls.get('checkaccount')], [null, 30_000])
  assert.deepEqual([PARTNER.correspondents, PARTNER.calls.size], [null, 0])
})

test('the bodies of a 466 have the shapes of the contract', () => {
  const { invokeStatus } = callsUsedUp('checkwhatsapp', 100, 100)
  assert.match(invokeStatus.description ?? '', /^Monthly quota has been exceeded\./)
  const { description, ...rest } = invokeStatus
  assert.equal(typeof description, 'string')
  assert.deepEqual(rest, { method: 'checkwhatsapp', used: 100, total: 100, status: 'QUOTE_EXCEEDED' })
  const chats = ['79001234567@c.us', '79001234568@c.us'] as ChatId[]
  assert.deepEqual(correspondentsUsedUp('sendmessage', 67, chats, 2), {
    invokeStatus: { method: 'sendmessage', used: 67, total: 0, status: 'QUOTE_ALLOWED' },
    correspondentsStatus: {
      method: 'correspondents',
      used: 2,
      total: 2,
      status: 'CORRESPONDENTS_QUOTE_EXCEEDED',
      description:
        'Monthly quota has been exceeded. You can only send or receive messages from these chats: 79001234567@c.us,79001234568@c.us',
    },
  })
})
