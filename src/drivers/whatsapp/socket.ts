import type { Clock } from '../../lib/clock.ts'
import type { Change, SessionHost } from '../driver.ts'
import type { Transport } from '../network/transport.ts'
import { DeviceLists } from './device-lists.ts'
import type {
  BinaryNode,
  Credentials,
  Engine,
  EngineSocket,
  GroupMetadata,
  SocketOptions,
  WaKey,
  WaVersion,
} from './engine/engine.ts'
import { engineLog } from './engine/log.ts'
import { childOf } from './engine/nodes.ts'
import type { WaMessage } from './engine/proto.ts'
import { Deadlines } from './deadlines.ts'
import { SignalHook, type NotDecrypted } from './engine/signal-repository.ts'
import { FrameGate } from './frame-gate.ts'
import { intercept } from './intercept.ts'
import { encodeCredentials } from './keys/credentials.ts'
import type { DurableStore } from './keys/session-store.ts'
import { outside } from './keys/transaction.ts'
import { FULL_HISTORY } from './inbound/past-notices.ts'
import type { ReadPlain } from './life.ts'
import { SmallCache } from './socket-caches.ts'

/** One that is stable, and that the network knows: others are refused. */
const BROWSER = ['Ubuntu', 'Chrome', '22.04.4'] as const
const QUERY_TIMEOUT_MS = 20_000
const KEEP_ALIVE_MS = 30_000
const RETRY_RECEIPTS = 5
/** Between a message that could not be decrypted and the next, in which the session takes nothing in. */
const RETRY_PAUSE_MS = 50
const CLOSING_MS = 2_000
/** How the engine's socket names the event that an answer is. */
const ANSWER = 'TAG:'
const CALLS_HELD = 32
const RETRIES_HELD = 512
const PLACEHOLDERS_HELD = 64

export interface SocketParts {
  readonly host: SessionHost
  readonly engine: Engine
  readonly store: DurableStore
  readonly credentials: Credentials
  readonly transport: Transport
  readonly version: WaVersion
  /** Of the web socket; absent: WhatsApp's. */
  readonly url?: string
  readonly browser?: readonly [string, string, string]
  /** Absent: nobody hears of their changes but the engine. */
  readonly devices?: DeviceLists
  readonly readPlain: ReadPlain
  readonly notDecrypted?: NotDecrypted
  /** What the engine is to be given instead of what was decrypted; undefined: that. */
  readonly insteadOf?: (stanza: BinaryNode, plain: Uint8Array) => Uint8Array | undefined
  /** One ciphertext of a stanza is kept, or given up. */
  readonly dealtWith?: (stanza: BinaryNode) => void
  /** What was sent under an id, for a phone that asks for it again. */
  getMessage(key: WaKey): Promise<WaMessage | undefined>
  /** Without asking the network. */
  cachedGroup(jid: string): Promise<GroupMetadata | undefined>
  /**
   * What else is committed with the credentials, each time that they change. Null: they are not to be kept yet, for no phone is linked.
   * What the engine sends afterwards waits until they are.
   */
  credentialsChanged?(credentials: Credentials): Change | null
  /** Ends the socket at once; something could not be kept. */
  readonly fail: (why: string) => void
}

const gates = new WeakMap<EngineSocket, FrameGate>()
const deadlines = new WeakMap<EngineSocket, Deadlines>()
/** As the engine tells of a connection that was lost. */
const LOST = { output: { statusCode: 408 } }

/** Opens a connection. What comes of it is told by the socket's events; it ends once, by `connection.update`. */
export function openSocket(parts: SocketParts): EngineSocket {
  const { engine, store, credentials } = parts
  store.writeCredentialsBy(() => encodeCredentials(engine, credentials))
  const signal = new SignalHook(parts)
  // What the socket does later must not count as a part of the transaction that happens to open it.
  const socket = outside(() => engine.makeSocket(optionsOf(parts, signal)))
  const raw = socket.ws.socket
  if (!signal.isInPlace || raw === null) throw new Error('the engine makes its socket in another way')
  const late = (why: string) => endNow(socket, Object.assign(new Error(why), LOST))
  deadlines.set(socket, new Deadlines(socket.ws, raw, parts.host.clock, late))
  gates.set(socket, new FrameGate(raw, () => store.settle()))
  signal.follow(socket.ws)
  intercept(socket.ws, 'CB:message', (stanza) => tellMissing(parts, stanza), parts.fail)
  socket.ev.process((events) => {
    if (events['creds.update'] === undefined) return
    const change = parts.credentialsChanged === undefined ? {} : parts.credentialsChanged(credentials)
    // A commit that fails has ended the socket.
    if (change !== null) store.saveCredentials(change).catch(() => undefined)
  })
  return socket
}

/** A message may be announced without what it says, which only the phone has. The engine acknowledges it as it is. */
function tellMissing({ notDecrypted }: SocketParts, stanza: BinaryNode): Promise<void> | void {
  if (notDecrypted === undefined || childOf(stanza, 'unavailable') === undefined) return
  if (childOf(stanza, 'enc') !== undefined || childOf(stanza, 'plaintext') !== undefined) return
  return notDecrypted(stanza, new Error('it came without what it says')).then(() => undefined)
}

/** At once: nothing leaves any more, no receipt and no acknowledgement. The socket's end is told as ever. */
export function cutSocket(socket: EngineSocket, why: string): void {
  endNow(socket, new Error(why))
}

function endNow(socket: EngineSocket, why: Error): void {
  gates.get(socket)?.cut()
  socket.end(why).catch(() => undefined)
  answerNothing(socket)
}

/** Questions that will not be answered any more come to the same as after their time, now: until then each would hold the whole socket. */
function answerNothing({ ws }: EngineSocket): void {
  for (const name of ws.eventNames()) {
    if (typeof name === 'string' && name.startsWith(ANSWER)) ws.emit(name, undefined)
  }
}

/** Closes the connection, by force when that takes too long, and lets go of everything. Resolves when nothing leaves or comes any more. */
export async function endSocket(socket: EngineSocket, clock: Clock): Promise<void> {
  let force: (() => void) | undefined
  const tooLong = new Promise<void>((resolve) => (force = resolve))
  const timer = clock.after(CLOSING_MS, () => force?.())
  await Promise.race([socket.end(undefined).catch(() => undefined), tooLong])
  timer.cancel()
  gates.get(socket)?.cut()
  deadlines.get(socket)?.stop()
  answerNothing(socket)
  socket.ev.destroy()
  socket.ws.removeAllListeners()
  // A connection that ends late still says so.
  socket.ws.on('error', () => undefined)
}

function optionsOf(parts: SocketParts, signal: SignalHook): SocketOptions {
  const { store, credentials, transport, host, url } = parts
  return {
    ...(url !== undefined && { waWebSocketUrl: url }),
    version: parts.version,
    browser: parts.browser ?? BROWSER,
    auth: { creds: credentials, keys: store.keys },
    logger: engineLog(host.log),
    ...(transport.agent !== undefined && { agent: transport.agent, fetchAgent: transport.agent }),
    options: { dispatcher: transport.dispatcher },
    makeSignalRepository: signal.makeRepository,
    getMessage: (key: WaKey) => parts.getMessage(key),
    cachedGroupMetadata: (jid: string) => parts.cachedGroup(jid),
    ...cachesOf(signal),
    userDevicesCache: parts.devices ?? new DeviceLists(store, host.clock),
    ...BEHAVIOUR,
  }
}

const BEHAVIOUR = {
  markOnlineOnConnect: false,
  syncFullHistory: false,
  // To refuse all of it would also refuse the first numbers and names.
  shouldSyncHistoryMessage: ({ syncType }: { syncType?: number | null }) => syncType !== FULL_HISTORY,
  // Lists of receivers are none of these: what comes by them is said to each.
  shouldIgnoreJid: (jid: string) => jid.endsWith('@newsletter'),
  generateHighQualityLinkPreview: false,
  // Our own notes serve it.
  enableRecentMessageCache: false,
  enableAutoSessionRecreation: true,
  maxMsgRetryCount: RETRY_RECEIPTS,
  retryRequestDelayMs: RETRY_PAUSE_MS,
  defaultQueryTimeoutMs: QUERY_TIMEOUT_MS,
  // None of its own, see `Deadlines`.
  connectTimeoutMs: 0,
  // Never: which code is shown is told by the session's clock, and a phone that thinks about a passkey is not cut off.
  qrTimeout: 2 ** 31 - 1,
  keepAliveIntervalMs: KEEP_ALIVE_MS,
  // Its own transactions are not used; were they, none would be tried again while it holds up the others.
  transactionOpts: { maxCommitRetries: 1, delayBetweenTriesMs: 1 },
} as const

function cachesOf(signal: SignalHook) {
  return {
    msgRetryCounterCache: new SmallCache(RETRIES_HELD),
    callOfferCache: new SmallCache(CALLS_HELD),
    placeholderResendCache: signal.askingThePhone(new SmallCache(PLACEHOLDERS_HELD)),
  }
}
