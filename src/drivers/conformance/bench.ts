import assert from 'node:assert/strict'
import { silentLog } from '../../lib/log.ts'
import { systemRandom } from '../../lib/random.ts'
import type { Content } from '../../model/content.ts'
import { isFault } from '../../model/fault.ts'
import type { ChatId, MessageId } from '../../model/ids.ts'
import type { OutgoingMessage } from '../../model/message.ts'
import type { Session, Verdict } from '../driver.ts'
import type { Facets } from '../facets.ts'
import { followLogin } from './follow-login.ts'
import { RecordingHost, type Possessions } from './host.ts'
import type { DriverRig } from './rig.ts'

export interface Opened {
  readonly session: Session
  readonly host: RecordingHost
}

interface Sending extends Omit<OutgoingMessage, 'chat' | 'content'> {
  /** A new one if absent. */
  readonly id?: MessageId
  readonly signal?: AbortSignal
}

/** The rig of the running test, and sessions that are closed after it. */
export class Bench {
  readonly #start: () => Promise<DriverRig>
  #rig: DriverRig | undefined
  #sessions: Session[] = []
  /** An instance is what it has kept. */
  readonly #instances = new WeakMap<Map<string, Uint8Array>, number>()
  #lastInstance = 1_101_000_000
  #lastId = 0

  constructor(start: () => Promise<DriverRig>) {
    this.#start = start
  }

  get rig(): DriverRig {
    assert.ok(this.#rig)
    return this.#rig
  }

  async setUp(): Promise<void> {
    this.#rig = await this.#start()
  }

  async tearDown(): Promise<void> {
    for (const session of this.#sessions.splice(0)) await session.disconnect()
    await this.rig.driver.close()
    await this.rig.close()
  }

  open(possessions: Possessions = {}): Opened {
    const { clock, driver } = this.rig
    const kept = possessions.kept ?? new Map<string, Uint8Array>()
    const instance = this.#instances.get(kept) ?? (this.#lastInstance += 1)
    this.#instances.set(kept, instance)
    const surroundings = { clock, random: systemRandom, log: silentLog }
    const host = new RecordingHost(instance, surroundings, { ...possessions, kept })
    const session = driver.open(host)
    this.#sessions.push(session)
    return { session, host }
  }

  /** Leaves a session to its fate: it stands for a process that died, whose commits never end. */
  abandon(session: Session): void {
    this.#sessions = this.#sessions.filter((one) => one !== session)
  }

  async linked(phone = this.rig.phones.own, possessions: Possessions = {}): Promise<Opened> {
    const opened = this.open(possessions)
    const login = followLogin(opened.session.login({ way: 'qr' }))
    await this.rig.person.scan(await login.shown(0), phone)
    assert.deepEqual(await login.end(), { kind: 'done' })
    return opened
  }

  /** Whether what is kept makes a linked device; a driver may keep something before it has one. */
  holdsLink({ kept }: RecordingHost): boolean {
    return this.rig.driver.isLink?.(kept) ?? kept.size > 0
  }

  /** As this messenger's ids look. */
  newId(): MessageId {
    this.#lastId += 1
    const { messageIds } = this.rig.driver.capabilities
    const start = messageIds === 'hex' ? '3EB0C0' : '1150000000'
    return `${start}${String(this.#lastId).padStart(8, '0')}` as MessageId
  }

  /** What others call a message that a session has sent. */
  async elsewhere(id: MessageId): Promise<MessageId> {
    return ((await this.rig.idElsewhere?.(id)) ?? id) as MessageId
  }

  /** The chat with a number, as the API names it. */
  chat(phone: string): ChatId {
    const chat = this.rig.driver.parseChatId(this.rig.chatOf(phone))
    assert.ok(chat !== null)
    return chat
  }

  /** The chat with a number, as this session's network names it. */
  async nameOf({ session }: Opened, phone: string): Promise<ChatId> {
    const found = value(await facet(session, 'contacts').find({ phone })).account
    assert.ok(found !== null)
    return found.chat
  }

  /** To a number or a chat, a text or anything else. */
  send(session: Session, to: string, what: string | Content, sending: Sending = {}): Promise<Verdict> {
    const { id = this.newId(), signal = new AbortController().signal, ...rest } = sending
    const chat = /^\d{11,16}$/.test(to) ? this.chat(to) : (to as ChatId)
    const content: Content = typeof what === 'string' ? { kind: 'text', text: what } : what
    return session.send(id, { chat, content, ...rest }, signal)
  }

  /** As `send`, and it must be accepted. */
  async sent(session: Session, to: string, what: string | Content, sending: Sending = {}): Promise<MessageId> {
    const id = sending.id ?? this.newId()
    const verdict = await this.send(session, to, what, { ...sending, id })
    assert.ok(verdict.ok, JSON.stringify(verdict))
    return id
  }
}

export function facet<Name extends keyof Facets>(session: Session, name: Name): Facets[Name] {
  const found = session.facets[name]
  assert.ok(found !== undefined, `the session has no ${name}`)
  return found
}

/** What was answered; a fault fails the test. */
export function value<T>(answer: T): Exclude<T, { readonly fault: unknown }> {
  assert.ok(!isFault(answer), JSON.stringify(answer))
  return answer as Exclude<T, { readonly fault: unknown }>
}

/** The code of the fault that was answered; anything else fails the test. */
export function faultIn(answer: unknown): string {
  assert.ok(isFault(answer), JSON.stringify(answer))
  return answer.fault
}
