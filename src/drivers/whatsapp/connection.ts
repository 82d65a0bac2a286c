import { pause } from '../../lib/pause.ts'
import type { Change, SessionHost } from '../driver.ts'
import type { Transport } from '../network/transport.ts'
import { Arrivals } from './arrivals.ts'
import { DeviceLists } from './device-lists.ts'
import { openDirectory } from './directory.ts'
import type {
  BinaryNode,
  ConnectionUpdate,
  Credentials,
  Engine,
  EngineError,
  EngineSocket,
  WaChat,
  WaVersion,
} from './engine/engine.ts'
import { readKeptAside } from './engine/kept-aside.ts'
import { maskedTrouble } from './engine/log.ts'
import { followCalls } from './inbound/calls.ts'
import { followEvents, followNotifications } from './inbound/events.ts'
import { makeReadPlain } from './inbound/read-plain.ts'
import { PastIntake } from './inbound/past-intake.ts'
import { withoutPast } from './inbound/past-notices.ts'
import { RecentPast } from './inbound/recent-past.ts'
import type { InboundParts } from './inbound/reading.ts'
import { followReceipts } from './inbound/receipts.ts'
import { Undecrypted } from './inbound/undecrypted.ts'
import { intercept, type Before } from './intercept.ts'
import { plainJid } from './jids.ts'
import type { DurableStore } from './keys/session-store.ts'
import type { Directory, Life, People, ReadPlain } from './life.ts'
import { Outbound, type OutboundOptions } from './outbound/outbound.ts'
import { sentThere } from './outbound/sent-messages.ts'
import { openPeople } from './people.ts'
import { cutSocket, endSocket, openSocket } from './socket.ts'
import { Standing } from './standing.ts'
import type { Tally } from './tally.ts'
import { Watchdog } from './watchdog.ts'

/** What a session hears of its connection. */
export interface ConnectionListener {
  updated(update: ConnectionUpdate): void
  /** It ended by itself, once. `failure`: something could not be kept, and the connection was cut for it. */
  ended(error: EngineError | undefined, failure: string | null): void
  /** What is committed with the credentials, each time that they change; null: they are not to be kept yet. */
  credentialsChanged(credentials: Credentials): Change | null
}

export interface ConnectionParts extends OutboundOptions {
  readonly host: SessionHost
  readonly engine: Engine
  readonly credentials: Credentials
  readonly transport: Transport
  readonly version: WaVersion
  readonly store: DurableStore
  readonly listener: ConnectionListener
  readonly url?: string | undefined
  readonly browser?: readonly [string, string, string] | undefined
  readonly fileLimitBytes: number
  readonly tally: Tally
}

/** A stanza that is in the works for longer than three questions to the network take is stuck. */
const STUCK_MS = 60_000
/** What had come before the network ended the connection is given so long to be stored. */
const DRAIN_MS = 500
const UNLINK_MS = 5_000
const SERVER = 's.whatsapp.net'

/** One connection of a session, from its opening to its end, with everything that lives as long: the parts of a `Life`. */
export class Connection {
  readonly version: WaVersion
  readonly transport: Transport
  readonly life: Life
  readonly outbound: Outbound
  readonly #people: People
  readonly #directory: Directory
  readonly #devices: DeviceLists
  readonly #undecrypted: Undecrypted
  readonly #arrivals: Arrivals
  readonly #past: PastIntake
  readonly #readPlain: ReadPlain
  readonly #parts: ConnectionParts
  readonly #store: DurableStore
  readonly #socket: EngineSocket
  readonly #standing: Standing
  readonly #own: { pn: string; lid: string }
  readonly #over = new AbortController()
  #watchdog: Watchdog | null = null
  #failure: string | null = null
  #closing: Promise<void> | null = null

  /** @throws Error when the engine is not as it should be */
  constructor(parts: ConnectionParts) {
    const { host, credentials, transport, version, store } = parts
    this.#parts = parts
    this.version = version
    this.transport = transport
    this.#own = ownOf(credentials)
    this.#store = store
    this.#people = openPeople({ host, store, own: this.#own })
    this.#devices = new DeviceLists(store, host.clock)
    const askGroup = (jid: string) => this.#socket.groupMetadata(jid)
    this.#directory = openDirectory({ store, people: this.#people, clock: host.clock, askGroup })
    const people = this.#people
    const recentPast = new RecentPast(store, host.clock)
    const reading = {
      ...parts,
      people,
      recentPast,
      directory: this.#directory,
      own: this.#own,
      ended: this.#over.signal,
    }
    this.#undecrypted = new Undecrypted(reading)
    this.#arrivals = new Arrivals(host.clock)
    this.#past = new PastIntake({
      ...reading,
      keys: store.keys,
      kept: (chats) => tellOfChats(this.#socket, chats),
      fail: (why) => this.fail(why),
    })
    this.#readPlain = makeReadPlain(reading, this.#undecrypted, this.#past)
    this.#socket = this.#openSocket()
    this.life = this.#makeLife()
    this.#standing = new Standing(this.life)
    this.outbound = new Outbound(this.life, this.#standing, parts)
    this.#follow(reading)
  }

  /** Messages flow from now on. */
  opened(): void {
    Object.assign(this.#own, ownOf(this.#parts.credentials))
    const { clock, log, instance } = this.#parts.host
    this.#watchdog ??= new Watchdog({
      clock,
      stuckMs: STUCK_MS,
      waitingSince: () => this.#arrivals.waitingSince,
      looked: () => this.#standing.look(),
      deaf: (why) => {
        log.warn({ idInstance: instance, why }, 'the connection brings nothing any more and is opened again')
        this.#parts.tally.count('restarted', why)
        this.fail(`the connection is deaf: ${why}`)
      },
    })
    this.#standing.look()
    this.#takeUp().catch((error: unknown) => {
      log.warn(
        { idInstance: instance, error: maskedTrouble(error) },
        'what could not be read before could not be looked up',
      )
    })
  }

  /** What earlier lives left. */
  async #takeUp(): Promise<void> {
    const { log } = this.#parts.host
    await this.#undecrypted.start()
    await readKeptAside(this.#store, this.#readPlain, log)
    await this.#past.start()
  }

  /** Ends it at once, so that nothing more is acknowledged; the listener hears of it. */
  fail(why: string): void {
    if (this.#over.signal.aborted || this.#failure !== null) return
    this.#failure = why
    cutSocket(this.#socket, why)
  }

  /** Takes this device off the account; best effort. */
  async unlink(): Promise<void> {
    const jid = this.#parts.credentials.me?.id
    if (jid === undefined) return
    const gone = { tag: 'remove-companion-device', attrs: { jid, reason: 'user_initiated' } }
    const query = { tag: 'iq', attrs: { to: SERVER, type: 'set', xmlns: 'md' }, content: [gone] }
    await this.#socket.query(query, UNLINK_MS).catch(() => undefined)
  }

  /** Resolves when what had come is stored or given up. */
  async drained(): Promise<void> {
    const over = new AbortController()
    await Promise.race([this.#arrivals.over(), pause(this.#parts.host.clock, DRAIN_MS, over.signal)])
    over.abort()
  }

  /** Commits an event after everything that came before it. */
  commit(change: Change): Promise<void> {
    return this.#store.commit(change)
  }

  /** Resolves when nothing more is sent, acknowledged or committed. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#over.abort()
    this.#watchdog?.stop()
    this.#undecrypted.stop()
    this.outbound.stop()
    // Both begin now: from here on nothing is committed.
    await Promise.all([this.#store.close(), endSocket(this.#socket, this.#parts.host.clock)])
    await this.transport.close()
  }

  #openSocket(): EngineSocket {
    const { host, engine, credentials, transport, version, url, browser, listener } = this.#parts
    return openSocket({
      ...{ host, engine, store: this.#store, credentials, transport, version },
      ...(url !== undefined && { url }),
      ...(browser !== undefined && { browser }),
      devices: this.#devices,
      readPlain: this.#readPlain,
      notDecrypted: (stanza, trouble) => this.#undecrypted.failed(stanza, trouble),
      insteadOf: (stanza, plain) => withoutPast({ engine, people: this.#people }, stanza, plain),
      dealtWith: (stanza) => {
        this.#arrivals.dealtWith(stanza)
        this.#past.look(stanza.attrs['id'] ?? '')
      },
      getMessage: (key) => sentThere(engine, { store: this.#store, people: this.#people }, key),
      cachedGroup: async (jid) => (await this.#directory.group(jid)) ?? undefined,
      credentialsChanged: (changed) => listener.credentialsChanged(changed),
      fail: (why) => this.fail(why),
    })
  }

  #makeLife(): Life {
    const { host, engine, transport, tally } = this.#parts
    return {
      ...{ host, engine, transport, tally, socket: this.#socket, store: this.#store, own: this.#own },
      ...{ people: this.#people, directory: this.#directory, ended: this.#over.signal },
      fail: (why) => this.fail(why),
    }
  }

  /** What the engine acknowledges by itself is kept before it sees it. */
  #follow(reading: InboundParts & { readonly ended: AbortSignal }): void {
    const { ws, ev } = this.#socket
    const before = (tag: string, work: Before) => intercept(ws, `CB:${tag}`, work, (why) => this.fail(why))
    this.#parts.tally.follow(this.#socket)
    before('receipt', followReceipts(reading))
    before('call', followCalls(reading))
    before('notification', followNotifications(reading))
    before('notification', this.#devices.announced(reading))
    for (const tag of ['message', 'receipt', 'notification']) ws.on(`CB:${tag}`, () => this.#watchdog?.heard())
    ws.prependListener('CB:message', (stanza: BinaryNode) => this.#arrivals.arrived(stanza))
    ev.process(followEvents(reading))
    ev.process(({ 'connection.update': update }) => {
      if (update !== undefined) this.#updated(update)
    })
  }

  #updated(update: ConnectionUpdate): void {
    const { listener } = this.#parts
    if (update.reachoutTimeLock !== undefined) this.#standing.told(update.reachoutTimeLock)
    if (update.connection !== 'close') return listener.updated(update)
    if (this.#over.signal.aborted) return
    this.#over.abort()
    listener.ended(update.lastDisconnect?.error, this.#failure)
  }
}

/** What the engine heard of chats before it heard of them it keeps back until it does; the past, which would say so, it does not see. */
function tellOfChats({ ev }: EngineSocket, chats: readonly WaChat[]): void {
  if (chats.length === 0) return
  const told = chats.map(({ id, lastMessageRecvTimestamp }) => ({ id, lastMessageRecvTimestamp }))
  const isHeldBack = ev.isBuffering()
  if (!isHeldBack) ev.buffer()
  ev.emit('chats.upsert', told)
  if (!isHeldBack) ev.flush()
}

function ownOf({ me }: Credentials): { pn: string; lid: string } {
  return { pn: plainJid(me?.id), lid: plainJid(me?.lid) }
}
