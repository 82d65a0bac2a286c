import { fault, isFault, type Fault } from '../../model/fault.ts'
import type { ChatId, MessageId } from '../../model/ids.ts'
import type { OutgoingMessage } from '../../model/message.ts'
import type { Change, Login, LoginWay, Session, SessionHost, Verdict } from '../driver.ts'
import { Entrance, type Connected } from '../network/entrance.ts'
import { Settling } from '../network/settling.ts'
import type { Connection, ConnectionListener } from './connection.ts'
import { codeOf, Endings, eventOf, type Ending } from './ending.ts'
import type { ConnectionUpdate, Credentials, EngineError } from './engine/engine.ts'
import { loadEngine } from './engine/load.ts'
import { maskedTrouble } from './engine/log.ts'
import { facetsOf, type SessionFacets } from './facets/facets.ts'
import { Linking } from './linking.ts'
import { LoginAttempt } from './login.ts'
import { keysOf, openConnection, rememberVersion, unlinkAway, type Keys } from './opening.ts'
import { withChat } from './known-chat.ts'
import { takeCheck } from './outbound/budgets.ts'
import type { Outbound } from './outbound/outbound.ts'
import type { Surroundings } from './surroundings.ts'
import type { SessionStanding } from '../network/standings.ts'

const NOT_OPEN = fault('notConnected', 'the session is not open')
const ALREADY_LINKED = fault('alreadyLinked', 'the session is linked')
const REPLACED = fault('replaced', 'the same device was opened elsewhere')

type Phase = 'closed' | SessionStanding

/**
 * One instance on WhatsApp. `closed` → `opening` → `open` with stored credentials, or `closed` → `linking` → `opening` → `open` by a
 * login. A new life begins at each turn and with each connection, so that what was awaited in an older one does nothing.
 */
export class WhatsAppSession implements Session, Connected {
  readonly #host: SessionHost
  readonly #shared: Surroundings
  readonly #endings = new Endings()
  readonly #entrance: Entrance
  readonly #settling: Settling
  #phase: Phase = 'closed'
  #life = 0
  #connection: Connection | null = null
  #linking: Linking | null = null
  /** The host has asked for silence: what ends from then on is no news. */
  #isDismissed = false
  /** Made when they are first needed, like everything that an idle session has no use for. */
  #facets: SessionFacets | null = null

  constructor(host: SessionHost, shared: Surroundings) {
    this.#host = host
    this.#shared = shared
    const { log, instance } = host
    this.#settling = new Settling((error) =>
      log.warn({ idInstance: instance, error: maskedTrouble(error) }, 'a connection did not end as it should'),
    )
    this.#entrance = new Entrance(shared, host.instance, this)
  }

  get facets(): SessionFacets {
    const { checksPerDay, fileLimitBytes, picturePeriodMs } = this.#shared
    this.#facets ??= facetsOf(() => (this.#phase === 'open' ? (this.#connection?.life ?? null) : null), {
      takeCheck: (life) => takeCheck(life, checksPerDay),
      ...{ fileLimitBytes, picturePeriodMs },
    })
    return this.#facets
  }

  connect(): Promise<void> {
    if (this.#phase !== 'closed') return Promise.resolve()
    this.#turn('opening')
    this.#isDismissed = false
    const life = this.#newLife()
    this.#guardNext(life, () => this.#begin(life, false))
    return Promise.resolve()
  }

  disconnect(): Promise<void> {
    this.#isDismissed = true
    return this.#drop()
  }

  async logout(): Promise<void> {
    this.#isDismissed = true
    const open = this.#phase === 'open' ? this.#connection : null
    await open?.unlink()
    await this.#drop()
    if (open === null) await unlinkAway(this.#host, this.#shared)
  }

  login(way: LoginWay): Login {
    const attempt = new LoginAttempt(() => {
      if (this.#linking?.attempt !== attempt || this.#phase !== 'linking' || this.#linking.isPaired) return
      attempt.fail(fault('linkCancelled', 'cancelled'))
      void this.disconnect()
    })
    if (way.way === 'sms' || way.way === 'token') {
      attempt.fail(fault('unsupported', 'WhatsApp does not link so'))
    } else if (this.#phase === 'opening' || this.#phase === 'open') {
      attempt.fail(ALREADY_LINKED)
    } else {
      const wasPaired = this.#linking?.isPaired === true
      this.#linking?.attempt.fail(fault('linkCancelled', 'a newer login took its place'))
      this.#leave()
      this.#isDismissed = false
      this.#linking = new Linking(attempt, way, this.#host.clock)
      this.#turn('linking')
      const life = this.#newLife()
      const linking = this.#linking
      this.#guardNext(life, () => this.#pair(life, linking, wasPaired))
    }
    return attempt
  }

  async send(id: MessageId, message: OutgoingMessage, signal: AbortSignal): Promise<Verdict> {
    const connection = this.#phase === 'open' ? this.#connection : null
    if (connection === null) return { ok: false, fault: NOT_OPEN }
    if (signal.aborted) return { ok: false, fault: fault('notConnected', 'stopped before anything was sent') }
    const verdict = await connection.outbound.send(id, message, signal)
    return verdict.ok ? await withChat(connection.life, message.chat, verdict) : verdict
  }

  async lookup(id: MessageId): Promise<'sent' | 'absent' | 'unknown'> {
    return (await this.#outbound?.lookup(id)) ?? 'unknown'
  }

  typing(chat: ChatId, durationMs: number, type?: string): void {
    this.#outbound?.typing(chat, durationMs, type)
  }

  get #outbound(): Outbound | undefined {
    return this.#phase === 'open' ? this.#connection?.outbound : undefined
  }

  replaced(): void {
    this.#report(REPLACED)
  }

  async #begin(life: number, hasEntered: boolean): Promise<void> {
    const keys = await keysOf(this.#host)
    if (life !== this.#life) return
    if (isFault(keys)) this.#report(keys)
    else await this.#open(life, keys, hasEntered)
  }

  async #pair(life: number, linking: Linking, wasPaired: boolean): Promise<void> {
    const keys = await keysOf(this.#host)
    if (life !== this.#life) return
    if (!isFault(keys)) {
      this.#failLogin(ALREADY_LINKED)
      // Somebody must open what an earlier attempt has linked.
      if (wasPaired) this.#host.lost(fault('connectionLost', 'the attempt ended while the phone was linked'))
      return
    }
    const trouble = keys.fault === 'notLinked' ? linking.trouble : keys
    if (trouble === undefined) await this.#openPairing(life, linking, false)
    else this.#failLogin(trouble)
  }

  /** With credentials that nobody else has had: those for which a code was asked name a phone already. */
  async #openPairing(life: number, linking: Linking, hasEntered: boolean): Promise<void> {
    const engine = await loadEngine()
    const connection = await this.#open(life, { engine, credentials: engine.initCredentials() }, hasEntered)
    if (connection === null) return
    linking.follow(connection.life.socket, {
      usedUp: () => this.#pairAgain(linking),
      failed: (trouble) => this.#failLogin(trouble),
    })
  }

  /** The codes of a connection are used up, or the network wants another connection. */
  #pairAgain(linking: Linking): void {
    if (!linking.mayGoOn) return this.#failLogin(fault('linkTimeout', 'the codes were not used in time'))
    const life = this.#endConnection()
    this.#guardNext(life, () => this.#openPairing(life, linking, true))
  }

  /** The phone has linked us: the network wants a new connection, which logs in. */
  #loginAfterPairing(): void {
    const life = this.#endConnection()
    this.#turn('opening')
    this.#guardNext(life, () => this.#begin(life, true))
  }

  /** Null when this life is over, or could not be opened. */
  async #open(life: number, keys: Keys, hasEntered: boolean): Promise<Connection | null> {
    const isWanted = () => life === this.#life
    const enter = (reach: () => Promise<Fault | null>) =>
      hasEntered ? Promise.resolve(null) : this.#entrance.enter(reach)
    const parts = { host: this.#host, shared: this.#shared, keys, isWanted, enter, listener: this.#listener(life) }
    const opening = openConnection(parts)
    this.#settling.add(opening)
    const opened = await opening
    if (opened === null) return null
    if (isFault(opened)) {
      this.#end(opened)
      return null
    }
    this.#connection = opened
    return opened
  }

  #listener(life: number): ConnectionListener {
    return {
      updated: (update) => {
        if (life === this.#life) this.#updated(update)
      },
      ended: (error, failure) => {
        if (life === this.#life) this.#ended(error, failure)
      },
      credentialsChanged: (credentials) => this.#credentialsChanged(life, credentials),
    }
  }

  #updated(update: ConnectionUpdate): void {
    if (update.connection === 'open') this.#opened()
    else if (this.#phase === 'linking') this.#linking?.updated(update)
  }

  /** What comes before the phone has linked us is not kept; what links us is, with the news of it. */
  #credentialsChanged(life: number, credentials: Credentials): Change | null {
    if (life !== this.#life || this.#phase !== 'linking') return {}
    return this.#linking?.credentialsChanged(credentials) ?? null
  }

  #opened(): void {
    const connection = this.#connection
    if (this.#phase !== 'opening' || connection === null) return
    this.#turn('open')
    connection.opened()
    this.#shared.tally.count('opened')
    this.#endings.opened(this.#host.clock.now())
    this.#shared.versions(connection.life.engine).worked(connection.version)
    this.#facets?.opened(connection.life)
    this.#host.opened()
    const linking = this.#linking
    this.#linking = null
    linking?.attempt.done()
    void rememberVersion(this.#host, connection)
  }

  #ended(error: EngineError | undefined, failure: string | null): void {
    if (this.#isDismissed) return
    this.#shared.tally.closed(codeOf(error), failure !== null)
    if (failure !== null) return this.#end(fault('connectionLost', failure))
    const ending = this.#endings.ended(error, this.#host.clock.now())
    if (ending.again === 'refreshVersion') this.#refreshVersion(ending)
    else if (this.#phase === 'linking') this.#endedLinking(ending)
    else if (ending.event === undefined) this.#end(ending.trouble, ending.atLeastMs)
    else this.#guard(this.#life, this.#endWith(ending, ending.event))
  }

  #endedLinking({ code, again, trouble }: Ending): void {
    const linking = this.#linking
    if (linking?.isPaired === true) this.#loginAfterPairing()
    else if (linking !== null && again === 'restart') this.#pairAgain(linking)
    else this.#failLogin(linking?.troubleOf(code, trouble) ?? trouble)
  }

  /** The version is looked up before it is tried again. */
  #refreshVersion({ trouble, atLeastMs }: Ending): void {
    const [connection, life, linking] = [this.#connection, this.#life, this.#linking]
    if (connection === null) return this.#end(trouble)
    const versions = this.#shared.versions(connection.life.engine)
    versions.refused(connection.version)
    const goOn = () => {
      if (life !== this.#life) return
      const isNew = this.#phase === 'linking' && linking !== null && !linking.isPaired
      if (isNew && atLeastMs === undefined) this.#pairAgain(linking)
      else this.#end(trouble, atLeastMs)
    }
    this.#guard(life, versions.refresh(connection.transport.dispatcher).then(goOn))
  }

  /** Everything that came before is committed, then the event, and only then the runner hears that the session ended. */
  async #endWith({ trouble }: Ending, event: NonNullable<Ending['event']>): Promise<void> {
    const [connection, life] = [this.#connection, this.#life]
    this.#turn('opening')
    connection?.outbound.stop()
    await connection?.drained()
    if (life !== this.#life) return
    await connection?.commit({ events: [eventOf(event, this.#host.clock.now())] })
    if (life === this.#life) this.#report(trouble)
  }

  /** As `#report`, or the end of a login that has linked nothing yet. */
  #end(trouble: Fault, atLeastMs?: number): void {
    if (this.#phase === 'linking') this.#failLogin(this.#linking?.troubleOf(0, trouble) ?? trouble)
    else this.#report(trouble, atLeastMs)
  }

  #failLogin(trouble: Fault): void {
    const linking = this.#linking
    this.#leave()
    linking?.attempt.fail(trouble)
  }

  #report(trouble: Fault, atLeastMs?: number): void {
    if (this.#phase === 'closed') return
    const linking = this.#linking
    this.#leave()
    linking?.attempt.fail(trouble)
    this.#host.lost(trouble, atLeastMs)
  }

  /** What is not expected ends the life in which it happens, and the instance is tried again. */
  #guard(life: number, work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#host.log.error(
        { idInstance: this.#host.instance, error: maskedTrouble(error) },
        'a session could not go on',
      )
      if (life === this.#life) this.#end(fault('unavailable', 'the session could not go on'))
    })
  }

  /** Once everything before it has ended. */
  #guardNext(life: number, work: () => Promise<void>): void {
    this.#guard(
      life,
      this.#settling.over.then(() => (life === this.#life ? work() : undefined)),
    )
  }

  async #drop(): Promise<void> {
    this.#linking?.attempt.fail(fault('linkCancelled', 'the session was closed'))
    this.#leave()
    await this.#settling.over
  }

  #leave(): void {
    this.#endConnection()
    this.#turn('closed')
    this.#entrance.leave()
    this.#linking = null
  }

  /** The life that follows. */
  #endConnection(): number {
    this.#linking?.unfollow()
    const connection = this.#connection
    this.#connection = null
    if (connection !== null) this.#settling.add(connection.close())
    return this.#newLife()
  }

  #turn(phase: Phase): void {
    const standingOf = (one: Phase) => (one === 'closed' ? null : one)
    this.#shared.tally.standings.turned(standingOf(this.#phase), standingOf(phase))
    this.#phase = phase
  }

  #newLife(): number {
    this.#life += 1
    return this.#life
  }
}
