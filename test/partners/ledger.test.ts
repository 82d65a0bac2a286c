// Truth: the ledger only grows, every line says why and who, and the balance is the sum of its lines, whatever fails in between.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { isFault } from '../../src/model/fault.ts'
import { isRepeated } from '../../src/model/once.ts'
import type { NewLine } from '../../src/partners/ledger.ts'
import type { Once } from '../../src/storage/once.ts'
import { MoneyScene, TODAY } from './money-scene.ts'

let scene: MoneyScene
before(async () => {
  scene = await MoneyScene.open()
})
after(() => scene.close())

function once(key: string, at: number): Once<{ readonly amount: number }> {
  return ({ amount }) => ({
    kind: 'once',
    scope: 'ledger',
    key,
    bodyHash: 'same',
    answer: `{"amount":${String(amount)}}`,
    at,
  })
}

test('a line says why and who, changes the balance, and is in the audit log', async () => {
  const account = await scene.newAccount('partner')
  const added = await scene.ledger.add(account.id, { kind: 'topUp', amount: 5000, reason: ' invoice 17 ' }, 'operator')
  assert.deepEqual(added, { amount: 5000 })
  const refunded = await scene.ledger.add(account.id, { kind: 'refund', amount: -1200, reason: 'left over' }, 'cli')
  assert.deepEqual(refunded, { amount: 3800 })
  assert.equal(await scene.ledger.balance(account.id), 3800)
  const [line] = await scene.ledger.lines({ account: account.id }, 10)
  assert.ok(line)
  const { seq, ...rest } = line
  assert.ok(seq > 0)
  assert.deepEqual(rest, {
    account: account.id,
    at: scene.clock.at,
    kind: 'topUp',
    amount: 5000,
    instance: null,
    day: TODAY,
    month: 2026 * 12 + 10,
    reason: 'invoice 17',
    author: 'operator',
  })
  const audit = await scene.audit(account)
  assert.deepEqual(
    audit.map(({ actor, action, details }) => [actor, action, details]),
    [
      ['operator', 'ledger.topUp', { amount: 5000, reason: 'invoice 17' }],
      ['cli', 'ledger.refund', { amount: -1200, reason: 'left over' }],
    ],
  )
  const totals = await scene.ledger.totals(account.id, 2026 * 12 + 10, 2026 * 12 + 10)
  assert.deepEqual(
    new Map(totals.map((total) => [total.kind, total.amount])),
    new Map([
      ['topUp', 5000],
      ['refund', -1200],
    ]),
  )
})

test('signs, amounts and reasons are checked, and nothing is stored of what is refused', async () => {
  const account = await scene.newAccount('personal')
  const wrong: readonly NewLine[] = [
    { kind: 'topUp', amount: -1, reason: 'x' },
    { kind: 'refund', amount: 1, reason: 'x' },
    { kind: 'topUp', amount: 0, reason: 'x' },
    { kind: 'correction', amount: 0, reason: 'x' },
    { kind: 'correction', amount: 0.5, reason: 'x' },
    { kind: 'correction', amount: NaN, reason: 'x' },
    { kind: 'topUp', amount: 2 ** 52, reason: 'x' },
    { kind: 'topUp', amount: 1, reason: ' ' },
    { kind: 'topUp', amount: 1, reason: 'x'.repeat(501) },
  ]
  for (const line of wrong) {
    const outcome = await scene.ledger.add(account.id, line, 'operator')
    assert.ok(isFault(outcome) && outcome.fault === 'invalid', JSON.stringify(line))
  }
  assert.deepEqual(await scene.lines(account), [])
  assert.deepEqual(await scene.audit(account), [])
})

test('lines that come at the same time are each told the balance that they left', async () => {
  const account = await scene.newAccount('partner')
  const outcomes = await Promise.all(
    [1, 2, 3, 4].map((amount) => scene.ledger.add(account.id, { kind: 'topUp', amount, reason: 'x' }, 'cli')),
  )
  assert.deepEqual(outcomes, [{ amount: 1 }, { amount: 3 }, { amount: 6 }, { amount: 10 }])
})

test('a call with a key happens once', async () => {
  const account = await scene.newAccount('partner')
  const line: NewLine = { kind: 'topUp', amount: 10, reason: 'x' }
  assert.deepEqual(await scene.ledger.add(account.id, line, 'cli', once('key-1', 1)), { amount: 10 })
  await scene.topUp(account, 5)
  const again = await scene.ledger.add(account.id, line, 'cli', once('key-1', 2))
  assert.deepEqual(again, { earlier: { bodyHash: 'same', answer: '{"amount":10}' } })
  assert.equal(await scene.ledger.balance(account.id), 15)
})

test('whatever fails or dies on the way, each line counts once and the balance is their sum', async () => {
  const amounts = fc.integer({ min: 1, max: 1_000_000 })
  const lines = fc.oneof(
    fc.record({ kind: fc.constant<'topUp'>('topUp'), amount: amounts }),
    fc.record({ kind: fc.constant<'refund'>('refund'), amount: amounts.map((amount) => -amount) }),
    fc.record({
      kind: fc.constant<'correction'>('correction'),
      amount: fc.oneof(
        amounts,
        amounts.map((amount) => -amount),
      ),
    }),
  )
  const failures = fc.array(fc.constantFrom<'lost' | 'died'>('lost', 'died'), { maxLength: 3 })
  let calls = 0
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(lines, failures), { maxLength: 12 }), async (history) => {
      const account = await scene.newAccount('partner')
      let balance = 0
      for (const [line, failing] of history) {
        calls += 1
        const key = `call-${String(calls)}`
        const call = () => scene.ledger.add(account.id, { ...line, reason: key }, 'operator', once(key, calls))
        for (const failure of failing) {
          scene.failing.next = failure
          // What died earlier is there: then nothing is stored any more, and dying again changes nothing.
          await assert.rejects(call())
        }
        const outcome = await call()
        assert.equal(isRepeated(outcome), failing.includes('died'))
        balance += line.amount
        assert.equal(await scene.ledger.balance(account.id), balance)
      }
      const stored = await scene.ledger.lines({ account: account.id }, 1000)
      assert.deepEqual(
        stored.map(({ amount }) => amount),
        history.map(([line]) => line.amount),
      )
      assert.equal((await scene.audit(account)).length, history.length)
      assert.deepEqual(await scene.ledger.check(account.id), [])
    }),
    { numRuns: 40 },
  )
})
