import { monthOfDay } from '../../src/model/billing-month.ts'
import type { Store } from '../../src/storage/store.ts'
import { link, member, person, putSession, session } from './conformance/people.ts'
import * as sample from './samples.ts'

const { ACCOUNT, CHAT, FIRST, SECOND } = sample
const DAY = 20_000
export const MONTH = '2026-11'
const AT = 9

/** Rows of every kind, in every table that a store has. */
export async function addEverything(store: Store): Promise<void> {
  const guards = [
    sample.once('key'),
    { kind: 'quota', instance: FIRST, month: MONTH, what: 'x', limit: 9 },
    { kind: 'correspondent', instance: FIRST, month: MONTH, chat: CHAT, limit: 9 },
    { kind: 'sequence', messenger: 'whatsapp', value: SECOND },
    { kind: 'instances', account: ACCOUNT, tariff: null, limit: 9 },
    { kind: 'newPerson', row: person('ann', { totpSecret: 'SECRET', recoveryHashes: ['h'] }) },
  ] as const
  await sample.commit(
    store,
    sample.putAccount(ACCOUNT),
    sample.putToken('t'),
    sample.putToken('d', { scope: 'developer' }),
    sample.putPrice(30, 0),
  )
  await store.commit(sample.batch([sample.addInstance(FIRST), sample.addInstance(SECOND)], guards))
  await addOfAccounts(store)
  await addOfInstances(store)
}

async function addOfAccounts(store: Store): Promise<void> {
  const row = { name: 'OWN', plan: 'daily', correspondents: 3, calls: new Map([['x', 1]]), instances: 7 } as const
  const entry = { at: AT, actor: 'operator', action: 'x', account: null, target: 'ü€😀', details: { a: [1] } }
  const brand = { name: 'Ä', color: '#00aa11', logo: null, supportText: 'x', supportUrl: null }
  await sample.commit(
    store,
    { kind: 'tariff.put', row },
    ...[sample.putHook(), sample.addEvent('e'), sample.addLine(70, DAY), { kind: 'audit.add', entry } as const],
    { kind: 'charge.day', day: DAY, midnight: 9e12, madeBefore: 9e12, from: 0, to: 9e12, at: AT },
    { kind: 'charge.done', day: DAY },
    { kind: 'statement.make', account: ACCOUNT, month: monthOfDay(DAY), plan: 'prepaid', at: AT },
    { kind: 'brand.put', account: ACCOUNT, brand },
    ...[member('ann', 'owner'), putSession(session('s1')), link('l1')],
  )
}

async function addOfInstances(store: Store): Promise<void> {
  const receipt = { participant: CHAT, status: 'read', at: AT } as const
  await sample.commit(
    store,
    ...sample.enqueue(FIRST, 1, 'a'),
    ...sample.enqueue(FIRST, 2, 'b'),
    ...[sample.notify(FIRST, 1), sample.notify(FIRST, 2), sample.notify(SECOND, 1)],
    ...[sample.attempted(FIRST, 1), sample.attempted(FIRST, 2, { status: 500 })],
    { kind: 'outbox.claim', instance: FIRST, position: 1, epoch: sample.EPOCH, deadline: 77 },
    { kind: 'state.add', instance: FIRST, change: { state: 'authorized', wid: '7@c.us', at: AT } },
    { kind: 'secret.put', instance: FIRST, name: 'x', value: Uint8Array.of(0, 255) },
    { kind: 'receipt.put', instance: FIRST, id: sample.messageId('a'), receipt },
    { kind: 'file.put', instance: FIRST, file: { at: 'here', sha256: 'ab', size: 2 ** 40, remote: 'way' }, at: AT },
    { kind: 'instance.receipts', instance: FIRST, upTo: 1024 },
  )
}
