// Truth: the operators' document: the money of an account stays for ever and is read by its id, also when the account is erased.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { billingDay, billingDayEnd } from '../../src/billing/day.ts'
import { firstDay, monthOfDay, monthText } from '../../src/billing/month.ts'
import { silentLog } from '../../src/lib/log.ts'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import type { AccountId } from '../../src/model/ids.ts'
import { Operator } from '../support/operator-calls.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { openTestStore } from '../support/test-database.ts'

const clock = new SkippingClock()
let server: TestServer
let operator: Operator
before(async () => {
  server = await startServer({}, { clock })
  operator = new Operator(server)
})
after(() => server.close())

/** What housekeeping does when their time is over. */
async function erase(...accounts: readonly string[]): Promise<void> {
  const { dataDir } = server
  await server.stop()
  const file = join(dataDir, 'jadegate.db')
  const sealingKey = Buffer.from(readFileSync(join(dataDir, 'sealing.key'), 'utf8').trim(), 'hex')
  const store = await openTestStore({ file, sealingKey, log: silentLog })
  const writes = accounts.map((account) => ({ kind: 'account.erase' as const, account: account as AccountId }))
  await store.commit({ guards: [], writes })
  await store.close()
  server = await startServer({ JADEGATE_DATA_DIR: dataDir }, { clock })
  operator = new Operator(server)
}

test('the books of an erased account are read as before; of one that never had a line nothing is known', async () => {
  const [rich, poor] = [await operator.account('partner', { currency: 'EUR' }), await operator.account('partner')]
  const path = `/accounts/${rich.id}`
  await operator.done('POST', `${path}/ledger`, { kind: 'topUp', amount: 700, reason: 'bank transfer' })
  const month = monthOfDay(billingDay(clock.now()))
  const stated = monthText(month)
  clock.skip((firstDay(month + 1) - billingDay(clock.now()) - 1) * 86_400_000)
  clock.skip(billingDayEnd(clock.now()) - clock.now() + 60_000)
  await operator.done('POST', '/billing/run')
  for (const { id } of [rich, poor]) await operator.done('DELETE', `/accounts/${id}`)
  const books = ['balance', 'ledger', 'ledger/check', `usage?month=${stated}`, 'statements', `statements/${stated}`]
  const read = () => Promise.all(books.map((book) => operator.done('GET', `${path}/${book}`)))
  const before = await read()
  await erase(rich.id, poor.id)
  assert.equal((await operator.refused('GET', path))[0], 404)
  assert.deepEqual(await read(), before)
  assert.deepEqual([before[0]?.['balance'], before[0]?.['currency']], [700, 'EUR'])
  const csv = await operator.call('GET', `${path}/statements/${stated}/csv`)
  assert.match(csv.text, /,700,7\.00,EUR,bank transfer,/)
  assert.match((await operator.call('GET', `${path}/statements/${stated}/page?lang=en`)).text, /7\.00 EUR/)
  const line = { kind: 'topUp', amount: 1, reason: 'too late' }
  assert.equal((await operator.refused('POST', `${path}/ledger`, line))[0], 404)
  for (const book of books) {
    assert.equal((await operator.refused('GET', `/accounts/${poor.id}/${book}`))[0], 404, book)
    assert.equal((await operator.refused('GET', `/accounts/nobody/${book}`))[0], 404, book)
  }
})
