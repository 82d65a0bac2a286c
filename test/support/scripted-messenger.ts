import { createHash, randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type {
  Capabilities,
  Change,
  Driver,
  Login,
  LoginStep,
  LoginWay,
  Session,
  SessionEvent,
  SessionHost,
  Verdict,
} from '../../src/drivers/driver.ts'
import type { Chats, Facets, Files, Profile } from '../../src/drivers/facets.ts'
import type { Instance } from '../../src/instances/instance.ts'
import type { Content, KeptFile } from '../../src/model/content.ts'
import { fault, type Fault } from '../../src/model/fault.ts'
import type { ChatId, InstanceId, MessageId } from '../../src/model/ids.ts'
import type { LinkedAccount } from '../../src/model/instance.ts'
import type { NetworkMessage, OutgoingMessage, Party } from '../../src/model/message.ts'
import type { Messenger } from '../../src/model/messenger.ts'
import { kindOfWhatsAppChat } from '../../src/model/whatsapp-chats.ts'
import { until } from './domain.ts'

/**
 * A messenger whose network is the test: it brings what the test says, at the moment that the test says, and remembers what it was
 * asked. It keeps the driver contract and outlives the domains that it is given to.
 */
export class ScriptedMessenger implements Driver {
  readonly messenger: Messenger
  readonly capabilities: Capabilities
  /** What the network has, by hash; a fault is what it says instead of the bytes. */
  readonly files = new Map<string, Buffer | Fault>()
  readonly #sessions = new Map<InstanceId, ScriptedSession>()
  readonly #facets: readonly (keyof Facets)[]

  constructor(
    messenger: Messenger = 'whatsapp',
    capabilities: Partial<Capabilities> = {},
    facets: readonly (keyof Facets)[] = ['files', 'chats', 'profile'],
  ) {
    this.messenger = messenger
    this.capabilities = {
      textLength: 20_000,
      loginWays: ['qr', 'code', 'sms'],
      tellsSent: true,
      messageIds: 'hex',
      ...capabilities,
    }
    this.#facets = facets
  }

  parseChatId(raw: string): ChatId {
    return raw as ChatId
  }

  isAlias(): boolean {
    return false
  }

  kindOf(chat: ChatId): ReturnType<Driver['kindOf']> {
    return kindOfWhatsAppChat(chat)
  }

  open(host: SessionHost): ScriptedSession {
    const session = new ScriptedSession(host, this, this.#facets)
    this.#sessions.set(host.instance, session)
    return session
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  /** The newest session of an instance. */
  of(instance: { readonly id: InstanceId }): ScriptedSession {
    const session = this.#sessions.get(instance.id)
    if (session === undefined) throw new Error('the instance has opened no session')
    return session
  }

  /** Puts a file on the network. */
  offer(bytes: Buffer): KeptFile {
    return this.offerAs(createHash('sha256').update(bytes).digest('hex'), bytes, bytes.length)
  }

  /** As `offer`, of a network that tells of a file what it likes. */
  offerAs(sha256: string, bytes: Buffer, size: number): KeptFile {
    this.files.set(sha256, bytes)
    return { at: 'here', sha256, size, remote: `remote-${sha256}` }
  }

  /** Links an instance as a phone that scans would, and waits until it is online. */
  async link(instance: Instance, phone: string, more: Partial<LinkedAccount> = {}): Promise<void> {
    void instance.linking.qr()
    const session = this.of(instance)
    await session.linked(phone, more)
    await until(() => instance.isOnline)
  }
}

export class ScriptedSession implements Session {
  readonly host: SessionHost
  readonly facets: Partial<Facets>
  readonly logins: ScriptedLogin[] = []
  readonly sent: { readonly id: MessageId; readonly message: OutgoingMessage }[] = []
  readonly reads: (readonly [chat: ChatId, upTo: MessageId | undefined])[] = []
  readonly presence: boolean[] = []
  readonly downloads: string[] = []
  /** What a send is answered with. */
  verdict: () => Promise<Verdict> = () => Promise.resolve({ ok: true, at: Date.now() })
  /** Held back while set: downloads and reads wait for it. */
  gate: Promise<void> | undefined
  #isConnected = false
  readonly #network: ScriptedMessenger

  constructor(host: SessionHost, network: ScriptedMessenger, facets: readonly (keyof Facets)[]) {
    this.host = host
    this.#network = network
    const all: Partial<Facets> = { files: this.#files(), chats: this.#chats(), profile: this.#profile() }
    this.facets = Object.fromEntries(facets.map((name) => [name, all[name]]))
  }

  async connect(): Promise<void> {
    if (this.#isConnected || (await this.host.secret('device')) === null) return
    this.#isConnected = true
    this.host.opened()
  }

  /** The connection breaks. */
  break(): void {
    this.#isConnected = false
    this.host.lost(fault('connectionLost', 'the connection broke'))
  }

  disconnect(): Promise<void> {
    this.#isConnected = false
    return Promise.resolve()
  }

  logout(): Promise<void> {
    return this.disconnect()
  }

  login(way: LoginWay): ScriptedLogin {
    this.logins.at(-1)?.cancel()
    const login = new ScriptedLogin(way)
    this.logins.push(login)
    return login
  }

  /** The newest attempt to link. */
  get attempt(): ScriptedLogin {
    const login = this.logins.at(-1)
    if (login === undefined) throw new Error('nobody links')
    return login
  }

  /** The attempt comes to its good end. */
  async linked(phone: string, more: Partial<LinkedAccount> = {}): Promise<void> {
    const account = { wid: `${phone}@c.us`, pushName: 'Nora', phone, deviceId: 'device', ...more }
    const secrets = new Map([['device', Buffer.from('key')]])
    await this.host.commit({ secrets, events: [{ kind: 'linked', account, at: Date.now() }] })
    this.#isConnected = true
    this.host.opened()
    this.attempt.step({ kind: 'done' })
  }

  send(id: MessageId, message: OutgoingMessage): Promise<Verdict> {
    this.sent.push({ id, message })
    return this.verdict()
  }

  lookup(): Promise<'unknown'> {
    return Promise.resolve('unknown')
  }

  typing(): void {
    return undefined
  }

  /** The network brings this, in one change. */
  bring(...events: SessionEvent[]): Promise<void> {
    return this.host.commit({ events })
  }

  commit(change: Change): Promise<void> {
    return this.host.commit(change)
  }

  #files(): Files {
    return {
      download: async (file, signal) => {
        // As the requests of a driver do that are to end with it.
        signal.addEventListener('abort', () => undefined)
        this.downloads.push(file.sha256)
        await this.gate
        if (!this.#isConnected) return fault('notConnected', 'not connected')
        const found = file.remote === `remote-${file.sha256}` ? this.#network.files.get(file.sha256) : undefined
        if (found === undefined) return fault('fileGone', 'the network has it no more')
        return Buffer.isBuffer(found) ? Readable.from([found]) : found
      },
    }
  }

  #chats(): Chats {
    const unasked = () => Promise.reject(new Error('nobody should ask this'))
    return {
      list: unasked,
      archive: unasked,
      setEphemeral: unasked,
      read: async (chat, upTo) => {
        this.reads.push([chat, upTo])
        await this.gate
        return true
      },
    }
  }

  #profile(): Profile {
    const unasked = () => Promise.reject(new Error('nobody should ask this'))
    return { picture: unasked, setPicture: unasked, setPresence: (isOnline) => void this.presence.push(isOnline) }
  }
}

export class ScriptedLogin implements Login {
  readonly way: LoginWay
  readonly answers: string[] = []
  /** Says what the network answers to an answer. */
  onAnswer: (value: string) => void = () => undefined
  #unread: LoginStep[] = []
  #over = false
  #wake: (() => void) | undefined

  constructor(way: LoginWay) {
    this.way = way
  }

  get steps(): AsyncIterable<LoginStep> {
    return this.#read()
  }

  step(step: LoginStep): void {
    if (this.#over) return
    this.#over = step.kind === 'done' || step.kind === 'ended'
    this.#unread.push(step)
    this.#wake?.()
  }

  ask(what: 'code' | 'password' | 'passkey', trouble?: Fault): void {
    this.step({ kind: 'ask', what, ...(trouble && { trouble }) })
  }

  answer(value: string): void {
    this.answers.push(value)
    this.onAnswer(value)
  }

  cancel(): void {
    this.step({ kind: 'ended', fault: fault('linkCancelled', 'cancelled') })
  }

  get isOver(): boolean {
    return this.#over
  }

  async *#read(): AsyncGenerator<LoginStep> {
    for (;;) {
      const step = this.#unread.shift()
      if (step !== undefined) yield step
      else if (this.#over) return
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}

export const chatOf = (phone: string) => `${phone}@c.us` as ChatId

export function party(id: string, more: Partial<Party> = {}): Party {
  return { id: id as ChatId, name: '', contactName: '', ...more }
}

/** A message that somebody writes to the account (or, with `direction: 'out'`, that is written on its phone). */
export function written(content: Content | string, more: Partial<NetworkMessage> = {}): NetworkMessage {
  const chat = more.chat ?? party('79005550000@c.us', { name: 'Ann' })
  return {
    id: randomUUID().replaceAll('-', '').toUpperCase() as MessageId,
    direction: 'in',
    chat,
    author: chat,
    at: Date.now(),
    content: typeof content === 'string' ? { kind: 'text', text: content } : content,
    ...more,
  }
}

export const brought = (message: NetworkMessage): SessionEvent => ({ kind: 'message', message })
