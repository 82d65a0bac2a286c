// Truth: what a person reads of an audit entry: names and values, amounts in the currency of their time, moments in ISO 8601, nothing that moves the cursor.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditEntry } from './answers.ts'
import { detailTexts, needsCurrency } from './audit-details.ts'

function entry(details: AuditEntry['details'], accountId: string | null = 'acme'): AuditEntry {
  return { at: '2026-11-20T18:00:00.000Z', actor: 'cli', action: 'some.thing', accountId, target: '', details }
}

const USD = new Map([['acme', 'USD']])
const textOf = (details: AuditEntry['details'], currencies: ReadonlyMap<string, string> = USD): string | undefined =>
  detailTexts([entry(details)], currencies)[0]

test('names and values, those of parts too', () => {
  assert.equal(textOf({}), '')
  assert.equal(
    textOf({ reason: 'unpaid, again', count: 3, newSecret: true }),
    'reason: unpaid, again, count: 3, newSecret: true',
  )
  assert.equal(
    textOf({ allowFrom: ['10.0.0.0/8', '::1'], ids: [], name: '' }),
    'allowFrom: 10.0.0.0/8 ::1, ids: none, name: ""',
  )
  assert.equal(textOf({ calls: { getcontacts: 5 }, instances: null }), 'calls.getcontacts: 5, instances: none')
  assert.equal(textOf({ scope: { from: 'full', to: 'read' }, name: { to: 'x' } }), 'scope: full → read, name: none → x')
})

test('amounts are told in major units of what the entry says, else of the account, else as they are', () => {
  assert.equal(textOf({ amount: -1250, reason: 'x' }), 'amount: -12.50 USD, reason: x')
  assert.equal(textOf({ currency: 'KWD', amount: 1 }), 'currency: KWD, amount: 0.001 KWD')
  assert.equal(textOf({ terms: { currency: 'JPY', warnBelow: 5 } }), 'terms.currency: JPY, terms.warnBelow: 5 JPY')
  assert.equal(textOf({ amount: 7 }, new Map()), 'amount: 7 (minor units)')
  const rows: readonly (readonly [details: AuditEntry['details'], needs: boolean])[] = [
    [{ amount: 1 }, true],
    [{ overdraftLimit: { from: null, to: 1 } }, true],
    [{ amount: 1, currency: 'EUR' }, false],
    [{ reason: 'x' }, false],
  ]
  for (const [details, needs] of rows) assert.equal(needsCurrency(entry(details)), needs)
  assert.equal(needsCurrency(entry({ amount: 1 }, null)), false)
})

test('a limit of the time before the currency changed is told in that currency', () => {
  const told = detailTexts(
    [
      entry({ warnBelow: { from: 30, to: null } }),
      entry({ currency: { from: 'EUR', to: 'JPY' }, warnBelow: { from: 500, to: 30 } }),
      entry({ warnBelow: { from: null, to: 500 } }),
      entry({ warnBelow: { from: null, to: 500 } }, 'other'),
    ],
    new Map([
      ['acme', 'JPY'],
      ['other', 'USD'],
    ]),
  )
  assert.deepEqual(told, [
    'warnBelow: 30 JPY → none',
    'currency: EUR → JPY, warnBelow: 5.00 EUR → 30 JPY',
    'warnBelow: none → 5.00 EUR',
    'warnBelow: none → 5.00 USD',
  ])
})

test('moments are told in ISO 8601', () => {
  const at = Date.parse('2026-12-31T18:00:00Z')
  assert.equal(
    textOf({ paidUntil: at, expiresAt: { from: null, to: at } }),
    'paidUntil: 2026-12-31T18:00:00.000Z, expiresAt: none → 2026-12-31T18:00:00.000Z',
  )
  assert.equal(textOf({ paidUntil: 1e300 }), 'paidUntil: 1e+300')
})

test('nothing that a partner wrote moves the cursor', () => {
  assert.equal(textOf({ 'a\u001b[2J': 'x\r\ny\u202ez' }), 'a\\u001b[2J: x\\u000d\\u000ay\\u202ez')
})
