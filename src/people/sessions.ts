import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Random } from '../lib/random.ts'
import { isSameSecret } from '../lib/same-secret.ts'
import type { Seal } from '../lib/seal.ts'
import type { AuditAction } from '../model/audit-action.ts'
import { NOT_FOUND, type Fault } from '../model/fault.ts'
import type { PersonRow, SessionRow } from '../model/person.ts'
import { personActor } from '../partners/actor.ts'
import { audited } from '../partners/audit-log.ts'
import type { OpenSession, Store, Write } from '../storage/store.ts'
import type { Visitor } from './visitor.ts'

export interface SessionsDeps {
  readonly store: Pick<Store, 'commit' | 'people'>
  readonly seal: Pick<Seal, 'hash'>
  readonly random: Pick<Random, 'bytes'>
  readonly clock: Pick<Clock, 'now'>
  readonly log: Pick<Log, 'error'>
}

/** A session that is about to be stored: its row belongs into the batch of whatever let its person in. */
export interface NewSession {
  /** The cookie's value; nobody is told it again. */
  readonly token: string
  readonly write: Write
  readonly id: string
}

const HOUR_MS = 3_600_000
/** Who does nothing for so long signs in again. */
const IDLE_MS = 12 * HOUR_MS
/** And so does everybody after so long. */
const LONGEST_MS = 30 * 24 * HOUR_MS
/** That a session is used is noted so often. */
const NOTED_MS = 60_000
const TOKEN_BYTES = 32
const ID_BYTES = 9
const LONGEST_AGENT = 200
const TOKEN_FORM = /^[\w-]{43}$/

/** The sessions of the console: in the database alone, where one that is ended is gone for every node. */
export class Sessions {
  readonly #deps: SessionsDeps

  constructor(deps: SessionsDeps) {
    this.#deps = deps
  }

  make(person: string, { userAgent, address }: Visitor): NewSession {
    const { random, clock } = this.#deps
    const token = Buffer.from(random.bytes(TOKEN_BYTES)).toString('base64url')
    const id = Buffer.from(random.bytes(ID_BYTES)).toString('base64url')
    const now = clock.now()
    const row: SessionRow = {
      id,
      tokenHash: this.#hashOf(token),
      person,
      createdAt: now,
      seenAt: now,
      expiresAt: now + IDLE_MS,
      userAgent: userAgent.slice(0, LONGEST_AGENT),
      address,
    }
    return { token, id, write: { kind: 'session.put', row } }
  }

  /** The session that a cookie opens; it lasts for longer now that it is used. */
  async find(token: string | undefined): Promise<OpenSession | undefined> {
    if (token === undefined || !TOKEN_FORM.test(token)) return undefined
    const { store, clock } = this.#deps
    const now = clock.now()
    const open = await store.people.session(this.#hashOf(token), now)
    if (open === null) return undefined
    // A clock that was set back shortens nothing.
    if (now - open.session.seenAt >= NOTED_MS) this.#note(open.session, now)
    return open
  }

  /** What a call that changes something shows beside the cookie: a page of another origin can send the one, and can't know the other. */
  csrfOf(token: string): string {
    return this.#deps.seal.hash(`console csrf ${token}`)
  }

  isCsrf(token: string, given: string): boolean {
    return isSameSecret(this.csrfOf(token), given)
  }

  /** Of a person, last seen first. */
  of(person: string): Promise<readonly SessionRow[]> {
    return this.#deps.store.people.sessions(person, this.#deps.clock.now())
  }

  /** `notFound` where the person has no such session. */
  async end(person: PersonRow, id: string): Promise<Fault | undefined> {
    if (!(await this.of(person.id)).some((session) => session.id === id)) return NOT_FOUND
    await this.#commit(person, 'session.end', id, { kind: 'session.end', person: person.id, id })
    return undefined
  }

  /** All but this one. */
  async endOthers(person: PersonRow, but: string): Promise<void> {
    await this.#commit(person, 'session.endOthers', but, { kind: 'session.endOthers', person: person.id, but })
  }

  async #commit(person: PersonRow, action: AuditAction, target: string, write: Write): Promise<void> {
    const audit = audited(personActor(person), this.#deps.clock.now(), action, { account: null, target })
    await this.#deps.store.commit({ guards: [], writes: [write, audit] })
  }

  /** Whoever waits for an answer need not wait for this. */
  #note({ id, createdAt }: SessionRow, at: number): void {
    const { store, log } = this.#deps
    const expiresAt = Math.min(at + IDLE_MS, createdAt + LONGEST_MS)
    store.commit({ guards: [], writes: [{ kind: 'session.seen', id, at, expiresAt }] }).catch((error: unknown) => {
      log.error({ error }, 'that a session of the console is used could not be noted')
    })
  }

  #hashOf(token: string): string {
    return this.#deps.seal.hash(`console session ${token}`)
  }
}
