// Truth: docs/partners.md and docs/operators/billing.md: who stands still and why, and that an account keeps no more bytes than it may.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import type { Entitlements } from '../instances/node.ts'
import type { Clock } from '../lib/clock.ts'
import { silentLog, type Log } from '../lib/log.ts'
import { TARIFFS } from '../billing/tariffs.ts'
import { DEFAULT_TERMS, type AccountRow } from '../model/account.ts'
import type { AccountId, InstanceId } from '../model/ids.ts'
import type { InstanceRow } from '../model/instance.ts'
import { openEntitlements } from './entitlements.ts'
import { StoredBytes, type StoredBytesDeps } from './stored-bytes.ts'

const ACCOUNT = 'acc' as AccountId
const MINUTE_MS = 60_000

const row: InstanceRow = {
  id: 1101000001 as InstanceId,
  account: ACCOUNT,
  messenger: 'whatsapp',
  name: 'shop',
  token: 'secret',
  settings: {} as InstanceRow['settings'],
  state: 'authorized',
  linked: { wid: '79001234567@c.us', pushName: '', phone: '79001234567', deviceId: '' },
  createdAt: 0,
  deletedAt: null,
  receiptsUpTo: 0,
  lastSentAt: 0,
  tariff: 'BUSINESS',
  paidUntil: null,
}

let now = 1_000_000
let account: AccountRow
/** What lies on the disk, by instance. */
let disk: Record<number, number> = {}
let measured = 0
/** Ends a measurement that waits. */
let goOn: () => void
let waiting: Promise<void>
let logged: string[]
let entitlements: Entitlements

beforeEach(() => {
  account = {
    id: ACCOUNT,
    kind: 'partner',
    name: 'A',
    createdAt: 0,
    partnerSince: 0,
    suspendedAt: null,
    deletedAt: null,
    warnedAt: null,
    terms: DEFAULT_TERMS,
  }
  now = 1_000_000
  disk = {}
  measured = 0
  logged = []
  waiting = Promise.resolve()
  const log: Log = { ...silentLog, error: (_fields, said) => logged.push(said) }
  const clock: Clock = { now: () => now, after: () => assert.fail('nothing waits') }
  const tariff = (name: string) => (name === 'BUSINESS' ? TARIFFS.BUSINESS : undefined)
  const stored = new StoredBytes({
    clock,
    log,
    media: {
      bytesOf: async (id: number) => {
        measured += 1
        await waiting
        const bytes = disk[id]
        if (bytes === undefined) throw new Error('the disk does not answer')
        return bytes
      },
    },
    instances: () => ({
      ofAccount: () =>
        [
          { id: 1, deletedAt: null },
          { id: 2, deletedAt: null },
          { id: 3, deletedAt: 5 },
        ] as unknown as ReturnType<ReturnType<StoredBytesDeps['instances']>['ofAccount']>,
    }),
  })
  const accounts = { get: (id: string) => (id === ACCOUNT ? account : undefined) }
  entitlements = openEntitlements({ accounts, prices: { tariff }, clock, stored })
})

const measuredNow = () => new Promise((resolve) => setImmediate(resolve))
const mayKeep = (bytes: number) => entitlements.roomFor(ACCOUNT, bytes) === undefined
const withLimit = (storedBytes: number | null) => {
  account = { ...account, terms: { ...account.terms, storedBytes } }
}

test('an instance is held while its account is suspended or deleted, and once its paid time is over', () => {
  assert.equal(entitlements.heldBy(row), undefined)
  const paid = { ...row, paidUntil: now + 1 }
  assert.equal(entitlements.heldBy(paid), undefined)
  now += 1
  assert.equal(entitlements.heldBy(paid)?.fault, 'expired')
  account = { ...account, suspendedAt: now }
  assert.deepEqual(
    [entitlements.heldBy(row)?.fault, entitlements.heldBy(paid)?.fault],
    ['accountSuspended', 'accountSuspended'],
  )
  account = { ...account, suspendedAt: null, deletedAt: now }
  assert.equal(entitlements.heldBy(row)?.fault, 'accountSuspended')
  account = { ...account, deletedAt: null }
  assert.equal(entitlements.heldBy(row), undefined)
})

test('tariffs are those of the price list', () => {
  assert.equal(entitlements.tariffOf(row), TARIFFS.BUSINESS)
  assert.equal(entitlements.tariffOf({ ...row, tariff: 'OF ANOTHER VERSION' }), TARIFFS.PARTNER)
})

test('without a limit nothing is measured and everything may be kept', async () => {
  entitlements.kept(ACCOUNT, 1e12)
  assert.ok(mayKeep(1e12))
  await measuredNow()
  assert.equal(measured, 0)
})

test('to the last byte of what lies there and of what came since, and not one more', async () => {
  withLimit(1000)
  disk = { 1: 500, 2: 200, 3: 9999 }
  assert.ok(mayKeep(0))
  await measuredNow()
  assert.equal(measured, 2, 'deleted instances do not count')
  assert.deepEqual([mayKeep(300), mayKeep(301)], [true, false])
  entitlements.kept(ACCOUNT, 300)
  assert.deepEqual([mayKeep(0), mayKeep(1)], [true, false])
  entitlements.kept(ACCOUNT, -100)
  assert.deepEqual([mayKeep(100), mayKeep(101)], [true, false])
  assert.equal(entitlements.roomFor(ACCOUNT, 101)?.fault, 'quotaExceeded')
  withLimit(2000)
  assert.ok(mayKeep(1100))
})

test('what a sweep took is noticed a few minutes later; nobody asks the disk more often', async () => {
  withLimit(1000)
  disk = { 1: 1000, 2: 0 }
  mayKeep(0)
  await measuredNow()
  disk = { 1: 100, 2: 0 }
  for (let minute = 0; minute < 4; minute += 1) {
    now += MINUTE_MS
    assert.equal(mayKeep(1), false)
  }
  assert.equal(measured, 2)
  now += MINUTE_MS
  mayKeep(1)
  mayKeep(1)
  await measuredNow()
  assert.equal(measured, 4)
  assert.deepEqual([mayKeep(900), mayKeep(901)], [true, false])
  now -= 60 * MINUTE_MS
  mayKeep(1)
  await measuredNow()
  assert.equal(measured, 6, 'a clock that was set back')
})

test('what comes while it is measured is not forgotten', async () => {
  withLimit(1000)
  disk = { 1: 600, 2: 0 }
  waiting = new Promise((resolve) => (goOn = resolve))
  assert.ok(mayKeep(0))
  entitlements.kept(ACCOUNT, 400)
  goOn()
  await measuredNow()
  assert.equal(mayKeep(1), false)
})

test('a disk that does not answer stops nobody, is said, and is asked again', async () => {
  withLimit(1000)
  assert.ok(mayKeep(1000))
  await measuredNow()
  assert.deepEqual(logged, ["an account's files could not be measured"])
  assert.ok(mayKeep(1000))
  disk = { 1: 1000, 2: 0 }
  now += 5 * MINUTE_MS
  mayKeep(1)
  await measuredNow()
  assert.equal(mayKeep(1), false)
})
