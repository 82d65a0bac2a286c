import { Serial } from '../../../lib/serial.ts'
import { fault, type Fault } from '../../../model/fault.ts'
import type { EpochMs } from '../../../model/ids.ts'
import { LASTING, type Note } from '../../driver.ts'
import { newDraft, type Draft, type Life } from '../life.ts'

/**
 * What an account may do in one day without being taken for a machine that writes to strangers. Days are those of UTC+3; what is counted
 * outlives the process and the link, and is forgotten with the day after.
 */

type Counted = 'first' | 'checks'

const DAY_MS = 86_400_000
const ZONE_MS = 3 * 3_600_000
const CHECK_KEPT_MS = 7 * DAY_MS

/** Those that ask at the same time are counted one after the other. */
const counting = new WeakMap<object, Serial>()

/** Takes one number check from the day's budget, durably; a fault when none is left, and then nothing may be asked. */
export async function takeCheck(life: Life, perDay: number): Promise<Fault | undefined> {
  if (perDay === 0) return undefined
  return await inTurn(life, async () => {
    const taken = await read(life, 'checks')
    if (taken >= perDay) {
      life.tally?.count('budget', 'checks')
      return fault('rateLimited', `the ${perDay} number checks of this day are used up`)
    }
    const draft = newDraft()
    put(life, 'checks', taken + 1, draft)
    await life.store.commit(draft)
    return undefined
  })
}

/** Whether a person may be written to for the first time today. Takes nothing. */
export async function firstContactTrouble(life: Life, jid: string, perDay: number): Promise<Fault | undefined> {
  if (perDay === 0 || (await isCounted(life, jid)) || (await read(life, 'first')) < perDay) return undefined
  life.tally?.count('budget', 'first')
  return fault('refused', `the ${perDay} first messages to new people of this day are used up; nothing was sent`)
}

/** Puts one more first contact into a draft; it counts when that is committed, and once however often it is tried in a day. */
export async function countFirstContact(life: Life, jid: string, perDay: number, draft: Draft): Promise<void> {
  if (perDay === 0 || (await isCounted(life, jid))) return
  put(life, 'first', (await read(life, 'first')) + 1, draft)
  draft.notes.set(countedName(life, jid), { value: Buffer.of(1), until: life.host.clock.now() + 2 * DAY_MS })
}

async function isCounted(life: Life, jid: string): Promise<boolean> {
  return (await life.store.read(countedName(life, jid))) !== null
}

/** What a check of the last days said of a number; null where there was none. */
export async function knownCheck(life: Life, phone: string): Promise<boolean | null> {
  const kept = await life.store.read(checkName(phone))
  return kept === null ? null : Buffer.from(kept).toString() === '1'
}

/** What a check said, to be known for some days. */
export function noteCheck(life: Life, phone: string, exists: boolean, draft: Draft): void {
  const until = life.host.clock.now() + CHECK_KEPT_MS
  draft.notes.set(checkName(phone), { value: Buffer.from(exists ? '1' : '0'), until })
}

function checkName(phone: string): string {
  return `check|${phone}`
}

function inTurn<T>({ store }: Life, task: () => Promise<T>): Promise<T> {
  const serial = counting.get(store) ?? new Serial()
  counting.set(store, serial)
  return serial.run(task)
}

async function read(life: Life, counted: Counted): Promise<number> {
  const kept = await life.store.read(nameOf(life, counted))
  const count = kept === null ? 0 : Number(Buffer.from(kept).toString())
  return Number.isSafeInteger(count) ? count : 0
}

function put(life: Life, counted: Counted, count: number, draft: Draft): void {
  const now = life.host.clock.now()
  const note: Note = { value: Buffer.from(String(count)), until: now + 2 * DAY_MS }
  draft.notes.set(nameOf(life, counted), note)
}

/** It is the account's, whichever link it is reached by. */
function nameOf({ host, own }: Life, counted: Counted): string {
  return `${LASTING}${own.pn}|budget|${counted}|${dayOf(host.clock.now())}`
}

function countedName(life: Life, jid: string): string {
  return `${nameOf(life, 'first')}|${jid}`
}

function dayOf(now: EpochMs): string {
  return new Date(now + ZONE_MS).toISOString().slice(0, 10)
}
