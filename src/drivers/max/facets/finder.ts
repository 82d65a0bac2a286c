import { Serial } from '../../../lib/serial.ts'
import { fault, isFault, type Fault } from '../../../model/fault.ts'
import type { EpochMs } from '../../../model/ids.ts'
import type { Note } from '../../driver.ts'
import { NOT_CONNECTED } from '../../network/asking.ts'
import { newDraft, type Finder, type Life, type PersonLookUp } from '../life.ts'
import type { AskTrouble } from '../questions.ts'
import { isNotThere, isTooOften } from '../wire/network-error.ts'
import { BY_PHONE } from '../wire/opcodes.ts'
import { LookUps } from './look-ups.ts'
import { troubleOf } from './trouble.ts'

type Parts = Pick<Life, 'host' | 'connection' | 'shared' | 'self' | 'directory' | 'ended'>

/** Of the two countries whose numbers can have an account. */
const PHONE = /^(?:7\d{10}|375\d{9})$/
const INVALID = fault('invalid', 'a number on MAX has 11 digits and begins with 7, or 12 and begins with 375')
const BUSY = fault('unavailable', 'too many numbers are being looked up; try again in a while')

const DAY_MS = 86_400_000
/** Whoever has a number keeps it for long; who has none may have one tomorrow. */
const FOUND_KEPT_MS = 7 * DAY_MS
const ABSENT_KEPT_MS = DAY_MS
/** Who would wait longer for a turn is sent away at once. */
const LONGEST_WAIT_MS = 20_000
const ANSWER = /^(\d{1,16})\|([1-9]\d{0,18})?$/

/** The look-ups of one life, one after the other; what they come to is kept. */
export function openFinder(parts: Parts): Finder {
  return new PacedFinder(parts)
}

class PacedFinder implements Finder {
  readonly #parts: Parts
  readonly #lookUps: LookUps
  readonly #turns = new Serial()
  #waiting = 0

  constructor(parts: Parts) {
    this.#parts = parts
    this.#lookUps = new LookUps({ ...parts, limits: parts.shared })
  }

  async personBehind(phone: string): Promise<string | null | Fault> {
    const answer = await this.lookUp(phone, false)
    return isFault(answer) ? answer : answer.user
  }

  async lookUp(phone: string, isAnew: boolean): Promise<PersonLookUp | Fault> {
    if (!PHONE.test(phone)) return INVALID
    const known = isAnew ? undefined : ((await this.#told(phone)) ?? (await this.#among(phone)))
    if (known !== undefined) return known
    if (this.#waiting * this.#lookUps.longestGapMs > LONGEST_WAIT_MS) return BUSY
    this.#waiting += 1
    const lateAt = this.#parts.host.clock.now() + LONGEST_WAIT_MS
    try {
      return await this.#turns.run(() => this.#inTurn(phone, lateAt, isAnew))
    } finally {
      this.#waiting -= 1
    }
  }

  async #inTurn(phone: string, lateAt: EpochMs, isAnew: boolean): Promise<PersonLookUp | Fault> {
    const { host, ended } = this.#parts
    // Somebody before may have asked for the same.
    const known = isAnew ? undefined : await this.#told(phone)
    if (known !== undefined) return known
    if (ended.aborted) return NOT_CONNECTED
    if (host.clock.now() > lateAt) return BUSY
    return (await this.#lookUps.take()) ?? this.#ask(phone)
  }

  async #ask(phone: string): Promise<PersonLookUp | Fault> {
    const { host, connection, directory } = this.#parts
    const asked = await connection.ask(BY_PHONE, phone)
    if (!asked.ok && !(await this.#isNobody(asked.trouble))) return troubleOf(asked.trouble)
    const contact = asked.ok ? asked.answer.contact : undefined
    const draft = newDraft()
    if (contact !== undefined) await directory.noteContact(contact, draft)
    draft.notes.set(nameOf(phone), this.#answerOf(contact?.id ?? ''))
    await host.commit(draft)
    return { user: contact?.id ?? null, isRemembered: false }
  }

  async #isNobody(trouble: AskTrouble): Promise<boolean> {
    if (trouble.why !== 'refused') return false
    if (isTooOften(trouble.error)) await this.#lookUps.rest()
    return isNotThere(trouble.error)
  }

  /** What an earlier look-up came to; undefined: there was none, or it is too long ago. */
  async #told(phone: string): Promise<PersonLookUp | undefined> {
    const { host } = this.#parts
    const kept = await host.secret(nameOf(phone))
    const [, until = '0', user = null] = (kept === null ? null : ANSWER.exec(Buffer.from(kept).toString())) ?? []
    return Number(until) > host.clock.now() ? { user, isRemembered: true } : undefined
  }

  /** Somebody whom the account knows and who shows the number. */
  async #among(phone: string): Promise<PersonLookUp | undefined> {
    for (const [user, person] of await this.#parts.directory.persons())
      if (person.phone === phone) return { user, isRemembered: true }
    return undefined
  }

  /** When it is to be forgotten is in it as well: notes are kept a while longer than they must be. */
  #answerOf(user: string): Note {
    const until = this.#parts.host.clock.now() + (user === '' ? ABSENT_KEPT_MS : FOUND_KEPT_MS)
    return { value: Buffer.from(`${String(until)}|${user}`), until }
  }
}

function nameOf(phone: string): string {
  return `number|${phone}`
}
