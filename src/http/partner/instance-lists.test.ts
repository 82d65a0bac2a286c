// Truth: the contract's lists of instances, and docs/partners.md: what each plan shows, and that a list is never older than what it tells.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { TARIFFS } from '../../billing/tariffs.ts'
import type { Instance } from '../../instances/instance.ts'
import type { AccountRow, Tariff } from '../../model/account.ts'
import { InstanceLists } from './instance-lists.ts'

type Shown = Pick<Instance, 'id' | 'name' | 'token' | 'messenger' | 'createdAt' | 'deletedAt' | 'tariff' | 'paidUntil'>

const NOON = Date.UTC(2026, 10, 20, 12)
const HOUR_MS = 3_600_000
const account = { id: 'acc' } as AccountRow

let now = NOON
let revision = 1
let instances: Shown[] = []
let looked = 0
let lists: InstanceLists
let withoutTokens: InstanceLists

beforeEach(() => {
  now = NOON
  revision = 1
  looked = 0
  const source = {
    list: () => {
      looked += 1
      return instances as unknown as Instance[]
    },
    revision: () => revision,
  }
  const clock = { now: () => now, after: () => assert.fail('nothing waits') }
  lists = new InstanceLists(source, clock)
  withoutTokens = new InstanceLists(source, clock, { showsTokens: false })
})

function instance(tariff: Tariff, more: Partial<Shown> = {}): Shown {
  return {
    id: 1101000001 as Instance['id'],
    name: '',
    token: 'ab',
    messenger: 'whatsapp',
    createdAt: 0,
    deletedAt: null,
    tariff,
    paidUntil: null,
    ...more,
  }
}

const rows = () => JSON.parse(lists.of(account).toString()) as Record<string, unknown>[]
const terms = () =>
  rows().map((row) => [row['tariff'], row['isFree'], row['isPartner'], row['expirationDate'], row['isExpired']])

test('each plan shows its end: the next midnight UTC+3, what is paid, or none', () => {
  const { PARTNER, BUSINESS, DEVELOPER } = TARIFFS
  const own = { ...PARTNER, name: 'PARTNER_23' }
  instances = [
    instance(own),
    instance(BUSINESS, { paidUntil: NOON + 1 }),
    instance(BUSINESS, { paidUntil: NOON }),
    instance(DEVELOPER),
    instance(PARTNER, { deletedAt: NOON - 48 * HOUR_MS }),
    instance(BUSINESS, { paidUntil: NOON - HOUR_MS, deletedAt: NOON - 2 * HOUR_MS }),
  ]
  assert.deepEqual(terms(), [
    ['PARTNER_23', false, true, '2026-11-20T21:00:00', false],
    ['BUSINESS', false, false, '2026-11-20T12:00:00', false],
    ['BUSINESS', false, false, '2026-11-20T12:00:00', true],
    ['DEVELOPER', true, false, '9999-12-31T23:59:59', false],
    ['PARTNER', false, true, '2026-11-18T21:00:00', false],
    ['BUSINESS', false, false, '2026-11-20T11:00:00', false],
  ])
})

test('an expiry shows at its moment, though nothing was changed', () => {
  instances = [
    instance(TARIFFS.BUSINESS, { paidUntil: NOON + 5000 }),
    instance(TARIFFS.BUSINESS, { paidUntil: NOON + 2000 }),
  ]
  const expired = () => rows().map((row) => row['isExpired'])
  assert.deepEqual(expired(), [false, false])
  now = NOON + 1999
  assert.deepEqual(expired(), [false, false])
  assert.equal(looked, 1)
  now = NOON + 2000
  assert.deepEqual(expired(), [false, true])
  now = NOON + 5000
  assert.deepEqual(expired(), [true, true])
  now = NOON + 1000
  assert.deepEqual(expired(), [false, false], 'a clock that was set back')
})

test('as bytes that are kept until something changes or the billing day ends', () => {
  instances = [instance(TARIFFS.PARTNER)]
  const first = lists.of(account)
  now = Date.UTC(2026, 10, 20, 20, 59, 59, 999)
  assert.equal(lists.of(account), first)
  assert.equal(looked, 1)
  now += 1
  assert.deepEqual(terms()[0]?.[3], '2026-11-21T21:00:00')
  instances = [instance(TARIFFS.DEVELOPER)]
  revision += 1
  assert.deepEqual(terms()[0]?.[0], 'DEVELOPER')
})

test('a renewal shows at once', () => {
  const renewed = { ...instance(TARIFFS.BUSINESS, { paidUntil: NOON - 1 }) }
  instances = [renewed]
  assert.deepEqual(terms()[0]?.[4], true)
  instances = [Object.assign(renewed, { paidUntil: NOON + HOUR_MS })]
  revision += 1
  assert.deepEqual(terms()[0]?.slice(3), ['2026-11-20T13:00:00', false])
})

test('without tokens everything else is the same, and either kind of list keeps to itself', () => {
  instances = [instance(TARIFFS.PARTNER), instance(TARIFFS.DEVELOPER, { name: 'x', deletedAt: NOON })]
  for (let round = 0; round < 2; round += 1) {
    const bare = JSON.parse(withoutTokens.of(account).toString()) as Record<string, unknown>[]
    assert.deepEqual(
      bare,
      rows().map((row) => ({ ...row, apiTokenInstance: '' })),
    )
    assert.deepEqual(
      rows().map((row) => row['apiTokenInstance']),
      ['ab', 'ab'],
    )
  }
  assert.equal(looked, 2, 'each is kept')
})
