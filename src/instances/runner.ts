import type { Readable } from 'node:stream'
import type { Change, Driver, Login, LoginWay, Session, SessionHost } from '../drivers/driver.ts'
import type { FacetName, Facets } from '../drivers/facets.ts'
import { Serial } from '../lib/serial.ts'
import type { KeptFile } from '../model/content.ts'
import { retryOf, type Fault } from '../model/fault.ts'
import type { InstanceState } from '../model/state.ts'
import { Dispute } from './dispute.ts'
import { InstanceFiles } from './files.ts'
import { applyChange, type Applied } from './inbound.ts'
import { dropOthersQueue, linksOtherPhone, withLinkMode } from './new-link.ts'
import { patiently, patientlyAgain } from './patiently.ts'
import { Reading } from './reading.ts'
import { Reconnection } from './reconnection.ts'
import { stateEvent, type InstanceRecord } from './record.ts'
import { NOT_CONNECTED, NOT_LINKED, STARTING, UNSUPPORTED } from './refusals.ts'
import { Sender } from './sender.ts'
import { InstanceHost, type SessionListener } from './session-host.ts'

/** How often a node that can't be sure of its leases looks whether it can again. */
const SURE_AGAIN_MS = 500
/** So long after its session was replaced a node has found out whether it still has the instance. */
const DISPUTED_MS = 10_000

/**
 * One live instance: its session, when to connect it again, and what it brings. An idle one holds a few fields and no timer.
 * `connection`: none → connecting → open → (lost) → waiting → connecting …; `none` again after logout or a lasting trouble.
 */
export class Runner implements SessionListener {
  readonly sender: Sender
  readonly #record: InstanceRecord
  readonly #driver: Driver
  readonly #host: SessionHost
  /** Opens and closes run one at a time: of a reboot and a logout at once none leaves a session behind that the other forgot. */
  readonly #turns = new Serial()
  readonly #reconnection: Reconnection
  #session: Session | undefined
  #connection: 'none' | 'connecting' | 'open' | 'waiting' = 'none'
  #trouble: Fault | undefined
  /** Until the first opening after a start or reboot the wire shows `starting`. */
  #starting = false
  /** The world was told of `starting` and waits to hear of its end. */
  #rebooted = false
  #stopped = false
  /** What the settings said of hidden numbers when the attempt to link began; then it is kept with the link. */
  #linksHidden = false
  /** What the network was told of presence in this session. */
  #isShownOnline = false
  /** By which the session was connected. */
  #proxyInUse = ''
  #reading: Reading | undefined
  #files: InstanceFiles | undefined
  #dispute: Dispute | undefined

  constructor(record: InstanceRecord, driver: Driver) {
    this.#record = record
    this.#driver = driver
    this.#host = new InstanceHost(record, this)
    this.#reconnection = new Reconnection(record.node)
    this.sender = new Sender(record, (file) => this.files.bring(file))
  }

  get isOpen(): boolean {
    return this.#connection === 'open'
  }

  /** Why what is linked has no connection; undefined while it has one, or was closed on purpose. */
  get trouble(): Fault | undefined {
    return this.#record.row.state === 'notAuthorized' ? undefined : this.#trouble
  }

  /** Made when something has to do with a file for the first time. */
  get files(): InstanceFiles {
    this.#files ??= new InstanceFiles(this.#record, () => (this.isOpen ? this.facet('files') : NOT_CONNECTED))
    return this.#files
  }

  /** What the messenger offers beyond sending and receiving, or why it can't be asked now. */
  facet<Name extends FacetName>(name: Name): Facets[Name] | Fault {
    // Of a session that is not connected only its facets are looked at: they are the same all the time.
    const facet = this.#open().facets[name]
    if (facet === undefined) return UNSUPPORTED
    if (this.#record.row.state === 'notAuthorized') return NOT_LINKED
    return this.state === 'starting' ? STARTING : facet
  }

  /** A setting was changed: what has to do with the open session is in force at once. */
  settingsChanged(): void {
    if (this.isOpen) this.#showPresence()
    if (this.#connection !== 'none' && this.#proxyInUse !== this.#host.proxy) this.#goAnotherWay()
    this.sender.wake()
  }

  /** Nothing more goes by the old proxy; the state is not touched, since nobody was unlinked. */
  #goAnotherWay(): void {
    void this.#turns
      .run(() => this.#reopen())
      .catch((error: unknown) => {
        this.#record.complain(error, 'the session could not be opened by another proxy')
      })
  }

  #showPresence(): void {
    const isOnline = this.#record.row.settings.keepOnlineStatus === 'yes'
    if (isOnline === this.#isShownOnline) return
    this.#isShownOnline = isOnline
    this.#session?.facets.profile?.setPresence(isOnline)
  }

  /** `stateInstance` as it is now. */
  get state(): InstanceState {
    const stored = this.#record.row.state
    return this.#starting && (stored === 'authorized' || stored === 'suspended') ? 'starting' : stored
  }

  /** Brings a linked instance back after a start of the process. Resolves when the attempt is under way. */
  async start(): Promise<void> {
    this.sender.wake()
    await this.#turns.run(async () => {
      // Linked or rebooted already, by a call that came before this start.
      if (this.#record.row.state === 'notAuthorized' || this.#connection !== 'none') return
      this.#starting = true
      await this.#connect()
    })
  }

  /** Ends the session and opens it again; the wire shows `starting` meanwhile, and both changes are notified. */
  async restart(): Promise<void> {
    const isLinked = await this.#record.changes.run(async () => {
      if (this.#stopped || this.#record.row.state === 'notAuthorized') return false
      await this.#record.commitWith([stateEvent('starting', this.#record.node.clock.now())], [])
      return true
    })
    if (!isLinked) return
    this.#starting = true
    this.#rebooted = true
    void this.#turns
      .run(() => this.#reopen())
      .catch((error: unknown) => {
        this.#record.complain(error, 'a restart failed')
      })
  }

  async #reopen(): Promise<void> {
    await this.#close()
    // A logout may have come between.
    if (this.#record.row.state !== 'notAuthorized') await this.#connect()
  }

  /**
   * Does something while no session is open; afterwards it is opened again, where something is linked then. `restMs`: only after so long,
   * or when something else has to do with the session before.
   */
  whileClosed<Result>(work: () => Promise<Result>, restMs = 0): Promise<Result> {
    return this.#turns.run(async () => {
      await this.#close()
      let rests = false
      try {
        const result = await work()
        rests = restMs > 0
        return result
      } finally {
        if (this.#record.row.state !== 'notAuthorized') {
          if (rests) this.#rest(restMs)
          else await this.#connect()
        }
      }
    })
  }

  #rest(ms: number): void {
    if (this.#stopped) return
    this.#connection = 'waiting'
    this.#reconnection.lost(ms, () => void this.#connect())
  }

  /** Begins to link a phone. Only while nothing is linked. */
  login(way: LoginWay): Login {
    this.#linksHidden = this.#record.row.settings.enableLidMode === 'yes'
    return this.#open().login(way)
  }

  /** Unlinks at the network as far as it can be reached, then forgets the credentials; durable when it resolves. */
  logout(): Promise<void> {
    return this.#turns.run(async () => {
      if (this.#stopped) return
      const wasLinked = this.#record.row.state !== 'notAuthorized'
      const session = wasLinked ? this.#open() : this.#session
      this.#letGo()
      await session?.logout()
      if (wasLinked) await this.#apply({ events: [{ kind: 'unlinked', at: this.#record.node.clock.now() }] })
    })
  }

  /** Resolves when nothing more is sent or stored for this instance by this process. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#turns.run(() => this.#close())
    await this.sender.stop()
    await this.#files?.stop()
    await this.#record.changes.idle()
  }

  /** Another node has the instance: nothing more is sent from this moment on. What is still under way here is not stored. */
  abandon(): void {
    this.#stopped = true
    this.sender.shut()
    this.stop().catch((error: unknown) => {
      this.#record.complain(error, "a session that is another node's by now did not end well")
    })
  }

  async #close(): Promise<void> {
    const session = this.#session
    this.#letGo()
    await session?.disconnect()
  }

  /** Nothing that the session tells from here on is heard. */
  #letGo(): void {
    this.#pause()
    this.#reconnection.forget()
    this.#session = undefined
    this.#connection = 'none'
    this.#trouble = undefined
  }

  /** What goes on only while the session is open. */
  #pause(): void {
    this.sender.shut()
    this.#reading?.clear()
    this.#isShownOnline = false
  }

  #open(): Session {
    this.#session ??= this.#driver.open(this.#host)
    return this.#session
  }

  async #connect(): Promise<void> {
    if (this.#stopped || this.#connection === 'open') return
    if (!this.#record.node.ownership.isSure()) {
      // Another node may be connecting it by now; the time until this is known is no failure of the network.
      this.#connection = 'waiting'
      this.#reconnection.putOff(SURE_AGAIN_MS, () => void this.#connect())
      return
    }
    this.#connection = 'connecting'
    this.#proxyInUse = this.#host.proxy
    await this.#open().connect()
  }

  // What the session tells

  commit(change: Change): Promise<void> {
    return this.#apply(withLinkMode(change, this.#linksHidden), (applied) => this.#followSession(applied))
  }

  #followSession({ linked, unlinked, files, received }: Applied): void {
    if (linked) this.#starting = false
    if (files.length > 0) this.files.arrived(files)
    const chats = this.#session?.facets.chats
    if (received.size > 0 && chats !== undefined) {
      this.#reading ??= new Reading(this.#record.id, this.#record.node.log)
      this.#reading.add(received, chats)
    }
    if (!unlinked) return
    const session = this.#session
    this.#letGo()
    // Not awaited: the driver may be waiting for this very commit before it can be quiet.
    void session?.disconnect()
  }

  get hidesNumbers(): boolean {
    const { state, linked } = this.#record.row
    return state === 'notAuthorized' ? this.#linksHidden : linked?.hidesNumbers === true
  }

  file(file: KeptFile): Promise<Readable> {
    return this.files.read(file)
  }

  opened(): void {
    if (this.#session === undefined) return
    this.#connection = 'open'
    this.#trouble = undefined
    this.#reconnection.opened()
    if (this.#starting) {
      this.#starting = false
      void this.#announceReturn()
    }
    this.sender.open(this.#session)
    this.#files?.resume()
    this.#showPresence()
    if (this.#record.row.state === 'blocked') this.#liftBlock()
  }

  /** A blocked account can't open a session: that it could is the news that the block is over. */
  #liftBlock(): void {
    const lifted: Change = { events: [{ kind: 'restricted', state: 'authorized', at: this.#record.node.clock.now() }] }
    this.#apply(lifted).catch((error: unknown) => {
      this.#record.complain(error, 'the end of a block could not be stored')
    })
  }

  lost(trouble: Fault, atLeastMs = 0): void {
    if (this.#stopped || this.#session === undefined) return
    this.#pause()
    this.#trouble = trouble
    const wasLinked = this.#record.row.state !== 'notAuthorized'
    const what = { idInstance: this.#record.id, fault: trouble.fault, says: trouble.message }
    this.#record.node.log.info(what, 'the session was lost')
    const isDisputed = trouble.fault === 'replaced' && this.#mayBeOtherNode()
    if ((retryOf(trouble) === 'never' && !isDisputed) || !wasLinked) {
      this.#connection = 'none'
      return
    }
    this.#connection = 'waiting'
    this.#reconnection.lost(isDisputed ? DISPUTED_MS : atLeastMs, () => void this.#connect())
  }

  /** Who has opened this link elsewhere: a node that has the instance now, or one that had it and will soon know; a stranger goes on for longer. */
  #mayBeOtherNode(): boolean {
    const { ownership, clock } = this.#record.node
    return ownership.isShared && (this.#dispute ??= new Dispute(clock)).goesOn()
  }

  /** Only a reboot has told the world of `starting`; a start of the process has not, and its end is no news either. */
  async #announceReturn(): Promise<void> {
    if (!this.#rebooted) return
    this.#rebooted = false
    try {
      const { state } = this.#record.row
      await this.#record.changes.run(() =>
        this.#record.commitWith([stateEvent(state, this.#record.node.clock.now())], []),
      )
    } catch (error) {
      this.#record.complain(error, 'the end of a restart could not be notified')
    }
  }

  patiently<T>(work: () => Promise<T>): Promise<T> {
    return patiently(this.#record.node.clock, work, () => !this.#stopped)
  }

  #store(change: Change): Promise<Applied> {
    return linksOtherPhone(this.#record, change) ? this.#storeForOtherPhone(change) : this.#storeChange(change)
  }

  async #storeForOtherPhone(change: Change): Promise<Applied> {
    await dropOthersQueue(this.#record, this.sender.attempts)
    return this.#storeChange(change)
  }

  #storeChange(change: Change): Promise<Applied> {
    return applyChange(this.#record, change, (id) => this.sender.attempts.find(id))
  }

  /** `follow` is part of the change's turn: what waits behind it finds done what follows from it. */
  #apply(change: Change, follow?: (applied: Applied) => void): Promise<void> {
    return this.#record.changes.run(async () => {
      let applied: Applied
      try {
        applied = await this.#store(change)
      } catch (error) {
        applied = await this.#storeAgain(change, error)
      }
      for (const id of applied.settled) this.sender.settled(id)
      if (applied.stateChanged || applied.settled.length > 0) this.sender.wake()
      follow?.(applied)
    })
  }

  #storeAgain(change: Change, trouble: unknown): Promise<Applied> {
    const goesOn = (): boolean => !this.#stopped
    return patientlyAgain(this.#record.node.clock, () => this.#store(change), goesOn, trouble)
  }
}
