import type { Readable } from 'node:stream'
import { fault, type Fault } from '../../model/fault.ts'
import type { ChatId, MessageId } from '../../model/ids.ts'
import type { OutgoingMessage } from '../../model/message.ts'
import type { KeptFile } from '../../model/content.ts'
import type { Messenger } from '../../model/messenger.ts'
import type { AnswerOf, AskName, AskOf } from '../../simulator/asks.ts'
import type { FromNetwork } from '../../simulator/protocol.ts'
import type { Capabilities, Login, LoginWay, PhoneWay, Session, SessionEvent, SessionHost, Verdict } from '../driver.ts'
import type { Facets } from '../facets.ts'
import { readCredentials } from './credentials.ts'
import { endingOf, type ClosedReason } from './ending.ts'
import { facetsOf, type Asking } from './facets.ts'
import type { ChatIds } from './ids.ts'
import { Inbound } from './inbound.ts'
import type { Reader } from './incoming.ts'
import type { ChannelListener, Link } from './link.ts'
import { logOut } from './log-out.ts'
import { LoginAttempt, pairingFault } from './login.ts'
import { failed, Outbound } from './outbound.ts'
import { ALREADY_LINKED, phoneOf, storeDevice, whyNotPair } from './pairing.ts'

type PairingMessage = Extract<FromNetwork, { t: 'show' | 'asked' | 'credentials' | 'pairingEnded' }>

/** What all sessions of a driver share. */
export interface Surroundings {
  readonly messenger: Messenger
  readonly capabilities: Capabilities
  readonly ids: ChatIds
  readonly reader: Reader
  readonly link: Link
}

const NOT_OPEN = fault('notConnected', 'the session is not open')

/**
 * One instance on the simulated network. `closed` → `opening` → `open` with stored credentials, or `closed` → `linking` → `open`
 * by a login. A new life begins at each turn, so that what was awaited in an older one does nothing.
 */
export class SimulatorSession implements Session, ChannelListener, Asking {
  readonly #host: SessionHost
  readonly #shared: Surroundings
  #phase: 'closed' | 'opening' | 'open' | 'linking' = 'closed'
  #life = 0
  #channel = 0
  #inbound: Inbound | null = null
  #outbound: Outbound | null = null
  #login: LoginAttempt | null = null
  /** From the arrival of new credentials until they are stored or refused. */
  #storing: Promise<void> | null = null
  /** The host has asked for silence: what ends from then on is no news. */
  #isDismissed = false
  /** While a commit of an earlier life is under way; nothing new is opened before its end. */
  #settling: Promise<void> | null = null

  /** Made when they are first needed, like everything that an idle session has no use for. */
  #facets: Facets | null = null
  /** What others are to see, as the host wants it until it ends the session. */
  #isOnline: boolean | null = null

  constructor(host: SessionHost, shared: Surroundings) {
    this.#host = host
    this.#shared = shared
  }

  get facets(): Facets {
    this.#facets ??= facetsOf(this, this.#shared.ids)
    return this.#facets
  }

  async connect(): Promise<void> {
    if (this.#phase !== 'closed') return
    this.#phase = 'opening'
    this.#isDismissed = false
    const life = this.#newLife()
    await this.#settling
    const credentials = await readCredentials(this.#host)
    if (life !== this.#life) return
    if ('fault' in credentials) {
      this.#phase = 'closed'
      this.#host.lost(credentials)
      return
    }
    this.#channel = this.#shared.link.attach(this)
    this.#shared.link.send({ t: 'open', channel: this.#channel, ...credentials })
  }

  disconnect(): Promise<void> {
    this.#isDismissed = true
    this.#isOnline = null
    return this.#drop()
  }

  async #drop(): Promise<void> {
    this.#login?.fail(fault('linkCancelled', 'the session was closed'))
    const channel = this.#channel
    this.#leave()
    if (channel !== 0 && this.#storing === null) this.#shared.link.send({ t: 'close', channel })
    await this.#storing
    await this.#settling
  }

  async logout(): Promise<void> {
    const credentials = await readCredentials(this.#host)
    await this.disconnect()
    if (!('fault' in credentials)) await logOut(this.#shared.link, this.#host.clock, credentials)
  }

  login(way: LoginWay): Login {
    const attempt: LoginAttempt = new LoginAttempt({
      cancelled: () => {
        if (!this.#isLinking(attempt)) return
        attempt.fail(fault('linkCancelled', 'cancelled'))
        void this.disconnect()
      },
      answered: (value) => {
        if (this.#isLinking(attempt)) this.#shared.link.send({ t: 'reply', channel: this.#channel, value })
      },
    })
    if (way.way === 'token' || !this.#shared.capabilities.loginWays.includes(way.way)) {
      attempt.fail(fault('unsupported', 'this messenger does not link so'))
    } else if (this.#phase === 'opening' || this.#phase === 'open') {
      attempt.fail(ALREADY_LINKED)
    } else {
      this.#login?.fail(fault('linkCancelled', 'a newer login took its place'))
      const before = this.#drop()
      this.#isDismissed = false
      this.#login = attempt
      this.#phase = 'linking'
      void this.#pair(attempt, way, before)
    }
    return attempt
  }

  /** From the arrival of the credentials on it can't be taken back: they may be stored already. */
  #isLinking(attempt: LoginAttempt): boolean {
    return this.#login === attempt && this.#phase === 'linking' && this.#storing === null
  }

  async send(id: MessageId, message: OutgoingMessage, signal: AbortSignal): Promise<Verdict> {
    if (this.#phase !== 'open') return failed(NOT_OPEN)
    if (signal.aborted) return failed(fault('notConnected', 'stopped before anything was sent'))
    return await this.#out().send(id, message, signal)
  }

  async lookup(id: MessageId): Promise<'sent' | 'absent' | 'unknown'> {
    return this.#phase === 'open' ? await this.#out().lookup(id) : 'unknown'
  }

  typing(chat: ChatId, durationMs: number, type?: string): void {
    if (this.#phase !== 'open') return
    this.#out().typing(chat, durationMs, type)
  }

  // What the facets ask

  async ask<Name extends AskName>(name: Name, value: AskOf<Name>): Promise<AnswerOf<Name> | Fault> {
    return this.#phase === 'open' ? await this.#out().questions.ask(name, value) : NOT_OPEN
  }

  async upload(file: KeptFile): Promise<Fault | undefined> {
    return this.#phase === 'open' ? await this.#out().transfers.upload(file) : NOT_OPEN
  }

  async download(file: KeptFile, signal: AbortSignal): Promise<Readable | Fault> {
    return this.#phase === 'open' ? await this.#out().transfers.download(file, signal) : NOT_OPEN
  }

  setPresence(isOnline: boolean): void {
    this.#isOnline = isOnline
    void this.ask('profile.presence', { isOnline })
  }

  received(message: FromNetwork): void {
    switch (message.t) {
      case 'push':
        return this.#in().push(message.id, message.event)
      case 'opened':
        return this.#opened()
      case 'refused':
      case 'closed':
        return this.#ended(message.reason)
      case 'show':
      case 'asked':
      case 'credentials':
      case 'pairingEnded':
        return this.#pairing(message)
      default:
        return this.#outbound?.answered(message)
    }
  }

  lost(): void {
    const trouble = fault('connectionLost', 'the connection to the network broke')
    if (this.#phase === 'linking') this.#failLogin(trouble)
    else this.#report(trouble)
  }

  #opened(): void {
    if (this.#phase === 'open') return
    this.#phase = 'open'
    this.#host.opened()
    const login = this.#login
    this.#login = null
    login?.done()
    if (this.#isOnline !== null) void this.ask('profile.presence', { isOnline: this.#isOnline })
  }

  #pairing(message: PairingMessage): void {
    if (message.t === 'show') {
      this.#login?.show(message.what, message.value, message.until)
    } else if (message.t === 'asked') {
      this.#login?.ask(message.what, message.trouble)
    } else if (message.t === 'pairingEnded') {
      this.#failLogin(pairingFault(message.reason))
    } else {
      this.#storing = this.#store(message).finally(() => {
        this.#storing = null
      })
    }
  }

  async #pair(attempt: LoginAttempt, way: PhoneWay, before: Promise<void>): Promise<void> {
    const life = this.#newLife()
    await before
    const stored = await readCredentials(this.#host)
    if (life !== this.#life || this.#login !== attempt) return
    const phone = phoneOf(way)
    const trouble = whyNotPair(stored, phone)
    if (trouble !== undefined) {
      this.#failLogin(trouble)
      return
    }
    this.#channel = this.#shared.link.attach(this)
    const { messenger, link } = this.#shared
    const { hidesNumbers } = this.#host
    link.send({ t: 'pair', channel: this.#channel, messenger, way: way.way, phone, hidesNumbers })
  }

  /** The credentials are durable before the network hears so; should the process die between, the next opening settles it. */
  async #store(given: Extract<FromNetwork, { t: 'credentials' }>): Promise<void> {
    const { channel } = given
    if (!(await storeDevice(this.#host, this.#shared.messenger, given))) {
      this.#shared.link.send({ t: 'close', channel })
      if (channel === this.#channel) this.#failLogin(fault('unavailable', 'the credentials could not be stored'))
      return
    }
    this.#shared.link.send({ t: 'paired', channel })
    if (channel === this.#channel) {
      this.#phase = 'opening'
      return
    }
    this.#shared.link.send({ t: 'close', channel })
    // Linked by now, but its channel is gone: somebody must open it.
    if (!this.#isDismissed) this.#host.lost(fault('connectionLost', 'the connection ended while the phone was linked'))
  }

  #failLogin(trouble: Fault): void {
    const login = this.#login
    if (this.#channel !== 0) this.#shared.link.send({ t: 'close', channel: this.#channel })
    this.#leave()
    login?.fail(trouble)
  }

  #ended(reason: ClosedReason): void {
    const { event, trouble } = endingOf(reason, this.#host.clock.now())
    if (event === null) this.#report(trouble)
    else this.#endedWith(event, trouble)
  }

  /** Everything that came before is committed, then the event, and only then the runner hears that the session ended. */
  #endedWith(event: SessionEvent, trouble: Fault): void {
    this.#phase = 'opening'
    this.#outbound?.lost()
    this.#shared.link.detach(this.#channel)
    this.#channel = 0
    this.#in().end(event, () => this.#report(trouble))
  }

  #report(trouble: Fault): void {
    if (this.#phase === 'closed') return
    const login = this.#login
    this.#leave()
    login?.fail(trouble)
    this.#host.lost(trouble)
  }

  #leave(): void {
    this.#newLife()
    this.#phase = 'closed'
    this.#shared.link.detach(this.#channel)
    this.#channel = 0
    this.#login = null
    this.#outbound?.lost()
    this.#outbound = null
    if (this.#inbound !== null) this.#settle(this.#inbound)
    this.#inbound = null
  }

  #settle(inbound: Inbound): void {
    const settling = Promise.all([this.#settling, inbound.stop()]).then(() => {
      if (this.#settling === settling) this.#settling = null
    })
    this.#settling = settling
  }

  #newLife(): number {
    this.#life += 1
    return this.#life
  }

  #in(): Inbound {
    this.#inbound ??= new Inbound(this.#host, this.#shared.reader, (ids) => {
      if (this.#channel !== 0) this.#shared.link.send({ t: 'ack', channel: this.#channel, ids })
    })
    return this.#inbound
  }

  #out(): Outbound {
    this.#outbound ??= new Outbound(this.#host, this.#shared.link, this.#shared.ids, this.#channel)
    return this.#outbound
  }
}
