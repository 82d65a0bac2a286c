import { fault, type Fault } from '../../model/fault.ts'
import type { ChatId, MessageId } from '../../model/ids.ts'
import type { OutgoingMessage } from '../../model/message.ts'
import type { Messenger } from '../../model/messenger.ts'
import type { FromNetwork } from '../../simulator/protocol.ts'
import type { Login, LoginWay, Session, SessionEvent, SessionHost, Verdict } from '../driver.ts'
import { DEVICE_SECRET, fromBytes, toBytes, type Credentials } from './credentials.ts'
import { addressOf } from './ids.ts'
import { Inbound } from './inbound.ts'
import type { ChannelListener, Link } from './link.ts'
import { linkedAccount, LoginAttempt, pairingFault } from './login.ts'
import { failed, Outbound } from './outbound.ts'

const LOGOUT_MS = 5_000

type Closed = Extract<FromNetwork, { t: 'closed' | 'refused' }>['reason']

/**
 * One instance on the simulated network. `closed` → `opening` → `open` with stored credentials, or `closed` → `linking` → `open`
 * by a login. A new life begins at each turn, so that what was awaited in an older one does nothing.
 */
export class SimulatorSession implements Session, ChannelListener {
  readonly #host: SessionHost
  readonly #messenger: Messenger
  readonly #link: Link
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

  constructor(host: SessionHost, messenger: Messenger, link: Link) {
    this.#host = host
    this.#messenger = messenger
    this.#link = link
  }

  async connect(): Promise<void> {
    if (this.#phase !== 'closed') return
    this.#phase = 'opening'
    this.#isDismissed = false
    const life = this.#newLife()
    await this.#settling
    const credentials = await this.#credentials()
    if (life !== this.#life) return
    if ('fault' in credentials) {
      this.#phase = 'closed'
      this.#host.lost(credentials)
      return
    }
    this.#channel = this.#link.attach(this)
    this.#link.send({ t: 'open', channel: this.#channel, ...credentials })
  }

  disconnect(): Promise<void> {
    this.#isDismissed = true
    return this.#drop()
  }

  async #drop(): Promise<void> {
    this.#login?.fail(fault('linkCancelled', 'the session was closed'))
    const channel = this.#channel
    this.#leave()
    if (channel !== 0 && this.#storing === null) this.#link.send({ t: 'close', channel })
    await this.#storing
    await this.#settling
  }

  async logout(): Promise<void> {
    const credentials = await this.#credentials()
    await this.disconnect()
    if (!('fault' in credentials)) await this.#forget(credentials)
  }

  login(way: LoginWay): Login {
    const attempt: LoginAttempt = new LoginAttempt(() => {
      // From the arrival of the credentials on it can't be taken back: they may be stored already.
      if (this.#login !== attempt || this.#phase !== 'linking' || this.#storing !== null) return
      attempt.fail(fault('linkCancelled', 'cancelled'))
      void this.disconnect()
    })
    if (way.way === 'code' && this.#messenger !== 'whatsapp') {
      attempt.fail(fault('unsupported', 'this messenger links by QR only'))
    } else if (this.#phase === 'opening' || this.#phase === 'open') {
      attempt.fail(fault('alreadyLinked', 'the session is linked'))
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

  async send(id: MessageId, message: OutgoingMessage, signal: AbortSignal): Promise<Verdict> {
    if (this.#phase !== 'open') return failed(fault('notConnected', 'the session is not open'))
    if (signal.aborted) return failed(fault('notConnected', 'stopped before anything was sent'))
    return await this.#out().send(id, message, signal)
  }

  async lookup(id: MessageId): Promise<'sent' | 'absent' | 'unknown'> {
    return this.#phase === 'open' ? await this.#out().lookup(id, this.#host.clock) : 'unknown'
  }

  typing(chat: ChatId, durationMs: number): void {
    if (this.#phase !== 'open') return
    const ms = Math.max(0, Math.round(durationMs))
    this.#link.send({ t: 'typing', channel: this.#channel, to: addressOf(chat), durationMs: ms })
  }

  received(message: FromNetwork): void {
    switch (message.t) {
      case 'push':
        return this.#in().push(message.id, message.event)
      case 'accepted':
      case 'rejected':
      case 'found':
        return this.#outbound?.answered(message)
      case 'opened':
        return this.#opened()
      case 'refused':
      case 'closed':
        return this.#ended(message.reason)
      case 'show':
      case 'credentials':
      case 'pairingEnded':
        return this.#pairing(message)
      default: {
        const unknown: never = message
        return unknown
      }
    }
  }

  lost(): void {
    const trouble = fault('connectionLost', 'the connection to the network broke')
    if (this.#phase === 'linking') this.#failLogin(trouble)
    else this.#report(trouble)
  }

  /** What this session keeps of the network, or why it can't be opened. */
  async #credentials(): Promise<Credentials | Fault> {
    try {
      const bytes = await this.#host.secret(DEVICE_SECRET)
      return (bytes && fromBytes(bytes)) ?? fault('notLinked', 'no phone is linked')
    } catch (error) {
      this.#host.log.warn({ error: String(error) }, 'the credentials could not be read')
      return fault('unavailable', 'the credentials could not be read')
    }
  }

  #opened(): void {
    if (this.#phase === 'open') return
    this.#phase = 'open'
    this.#host.opened()
    const login = this.#login
    this.#login = null
    login?.done()
  }

  #pairing(message: Extract<FromNetwork, { t: 'show' | 'credentials' | 'pairingEnded' }>): void {
    if (message.t === 'show') {
      this.#login?.show(message.what, message.value, message.until)
    } else if (message.t === 'pairingEnded') {
      this.#failLogin(pairingFault(message.reason))
    } else {
      this.#storing = this.#store(message).finally(() => {
        this.#storing = null
      })
    }
  }

  async #pair(attempt: LoginAttempt, way: LoginWay, before: Promise<void>): Promise<void> {
    const life = this.#newLife()
    await before
    const stored = await this.#credentials()
    if (life !== this.#life || this.#login !== attempt) return
    const phone = way.way === 'code' ? way.phone.replace(/^\+/, '') : null
    if (!('fault' in stored)) {
      this.#failLogin(fault('alreadyLinked', 'the session is linked'))
    } else if (stored.fault !== 'notLinked') {
      this.#failLogin(stored)
    } else if (phone !== null && !/^\d{1,64}$/.test(phone)) {
      this.#failLogin(pairingFault('invalidPhone'))
    } else {
      this.#channel = this.#link.attach(this)
      this.#link.send({ t: 'pair', channel: this.#channel, messenger: this.#messenger, phone })
    }
  }

  /** The credentials are durable before the network hears so; should the process die between, the next opening settles it. */
  async #store(given: Extract<FromNetwork, { t: 'credentials' }>): Promise<void> {
    const { channel } = given
    const account = linkedAccount(this.#messenger, given)
    const secrets = new Map([[DEVICE_SECRET, toBytes(given)]])
    try {
      await this.#host.commit({ secrets, events: [{ kind: 'linked', account, at: given.at }] })
    } catch (error) {
      this.#host.log.warn({ error: String(error) }, 'the credentials of a new device were not stored')
      this.#link.send({ t: 'close', channel })
      if (channel === this.#channel) this.#failLogin(fault('unavailable', 'the credentials could not be stored'))
      return
    }
    this.#link.send({ t: 'paired', channel })
    if (channel === this.#channel) {
      this.#phase = 'opening'
      return
    }
    this.#link.send({ t: 'close', channel })
    // Linked by now, but its channel is gone: somebody must open it.
    if (!this.#isDismissed) this.#host.lost(fault('connectionLost', 'the connection ended while the phone was linked'))
  }

  #failLogin(trouble: Fault): void {
    const login = this.#login
    if (this.#channel !== 0) this.#link.send({ t: 'close', channel: this.#channel })
    this.#leave()
    login?.fail(trouble)
  }

  #ended(reason: Closed): void {
    const { clock } = this.#host
    switch (reason) {
      case 'unlinked':
        return this.#endedWith(
          { kind: 'unlinked', at: clock.now() },
          fault('unlinked', 'the phone unlinked this device'),
        )
      case 'blocked': {
        const event: SessionEvent = { kind: 'restricted', state: 'blocked', at: clock.now() }
        return this.#endedWith(event, fault('blocked', 'the account is blocked'))
      }
      case 'replaced':
        return this.#report(fault('replaced', 'the same device was opened elsewhere'))
      case 'unavailable':
        return this.#report(fault('unavailable', 'the network refuses connections now'))
      case 'dropped':
      case 'loggedOut':
        return this.#report(fault('connectionLost', 'the network ended the connection'))
      default: {
        const unknown: never = reason
        return unknown
      }
    }
  }

  /** Everything that came before is committed, then the event, and only then the runner hears that the session ended. */
  #endedWith(event: SessionEvent, trouble: Fault): void {
    this.#phase = 'opening'
    this.#outbound?.lost()
    this.#link.detach(this.#channel)
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
    this.#link.detach(this.#channel)
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
    this.#inbound ??= new Inbound(this.#host, (ids) => {
      if (ids.length > 0 && this.#channel !== 0) this.#link.send({ t: 'ack', channel: this.#channel, ids })
    })
    return this.#inbound
  }

  #out(): Outbound {
    this.#outbound ??= new Outbound(this.#channel, (message) => this.#link.send(message))
    return this.#outbound
  }

  /** Best effort: resolves when the network has forgotten the device, or could not be reached. */
  #forget(credentials: Credentials): Promise<void> {
    return new Promise((resolve) => {
      const over = () => {
        timer.cancel()
        this.#link.detach(channel)
        resolve()
      }
      const timer = this.#host.clock.after(LOGOUT_MS, over)
      const channel = this.#link.attach({ received: over, lost: over })
      this.#link.send({ t: 'logout', channel, ...credentials })
    })
  }
}
