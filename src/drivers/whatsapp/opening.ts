import { parseDottedVersion } from '../../lib/dotted-version.ts'
import { fault, isFault, type Fault } from '../../model/fault.ts'
import type { SessionHost } from '../driver.ts'
import { openTransport, type Transport } from '../network/transport.ts'
import { Connection, type ConnectionListener } from './connection.ts'
import type { Credentials, Engine, WaVersion } from './engine/engine.ts'
import { loadEngine } from './engine/load.ts'
import { maskedTrouble } from './engine/log.ts'
import { readCredentials } from './keys/credentials.ts'
import { makeOneTimeKeys } from './keys/one-time-keys.ts'
import { openSessionStore } from './keys/session-store.ts'
import { WHATSAPP_URL, type Surroundings } from './surroundings.ts'

/** With which version an instance was connected last. */
const VERSION = 'version'
/** Where a logout must connect first. */
const LOGOUT_MS = 10_000

/** What opens a connection. */
export interface Keys {
  readonly engine: Engine
  readonly credentials: Credentials
}

/** What a session keeps of its link, or why it can't be opened. */
export async function keysOf(host: SessionHost): Promise<Keys | Fault> {
  try {
    const engine = await loadEngine()
    const credentials = await readCredentials(host, engine)
    return credentials === null ? fault('notLinked', 'no phone is linked') : { engine, credentials }
  } catch (error) {
    host.log.warn({ idInstance: host.instance, error: maskedTrouble(error) }, 'the link could not be read')
    return fault('unavailable', 'the credentials could not be read')
  }
}

interface Opening {
  readonly host: SessionHost
  readonly shared: Surroundings
  readonly keys: Keys
  /** Whether the one who asked is still there to have it. */
  readonly isWanted: () => boolean
  /** Awaits the turn of this session, once `reach` has found its way to the network. */
  readonly enter: (reach: () => Promise<Fault | null>) => Promise<Fault | null>
  readonly listener: ConnectionListener
}

/**
 * Opens a connection by the instance's own way to the network. Null when it is not wanted any more.
 * @throws Error when something could not be kept, or the engine is not as it should be
 */
export async function openConnection(opening: Opening): Promise<Connection | Fault | null> {
  const { host, shared, isWanted } = opening
  const transport = await openTransport(host.proxy, { proxies: shared.proxies, clock: host.clock })
  if (isFault(transport)) return isWanted() ? transport : null
  let connection: Connection | null = null
  try {
    const trouble = isWanted() ? await opening.enter(() => transport.reach(shared.url ?? WHATSAPP_URL)) : null
    if (!isWanted()) return null
    if (trouble !== null) return trouble
    const opened = await connectBy(transport, opening)
    if (isFault(opened)) return opened
    connection = opened
  } finally {
    if (connection === null) await transport.close()
  }
  return connection
}

async function connectBy(transport: Transport, opening: Opening): Promise<Connection | Fault | null> {
  const { host, shared, keys, isWanted, listener } = opening
  const { engine, credentials } = keys
  let connection: Connection | null = null
  const store = openSessionStore({ host, engine, cache: shared.cache, fail: (why) => connection?.fail(why) })
  try {
    const own = await versionOf(host)
    if (isWanted() && credentials.me !== undefined) await makeOneTimeKeys(engine, credentials, store)
    if (!isWanted()) return null
    // Minutes may have passed in the row of logins.
    if (!host.isSure()) return fault('connectionLost', 'another node may have this instance')
    const versions = shared.versions(engine)
    versions.refreshDaily(transport.dispatcher)
    const version = versions.choose(own)
    connection = new Connection({ ...shared, ...keys, host, transport, version, listener, store })
    return connection
  } finally {
    if (connection === null) await store.close()
  }
}

/** The version of a connection that opened is what the next one begins with. */
export async function rememberVersion(host: SessionHost, connection: Connection): Promise<void> {
  const text = connection.version.join('.')
  try {
    if ((await versionOf(host))?.join('.') === text) return
    await connection.commit({ secrets: new Map([[VERSION, Buffer.from(text)]]) })
  } catch (error) {
    // The connection ends for it, or has ended; the next one remembers.
    host.log.debug({ idInstance: host.instance, error: maskedTrouble(error) }, 'the version was not kept')
  }
}

async function versionOf(host: SessionHost): Promise<WaVersion | null> {
  const kept = await host.secret(VERSION)
  return kept === null ? null : (parseDottedVersion(Buffer.from(kept).toString('utf8')) ?? null)
}

/** Connects for nothing but to unlink the device; best effort. */
export async function unlinkAway(host: SessionHost, shared: Surroundings): Promise<void> {
  const keys = await keysOf(host)
  if (isFault(keys)) return
  let over: () => void = () => undefined
  const isOver = new Promise<void>((resolve) => (over = resolve))
  const timer = host.clock.after(LOGOUT_MS, over)
  const listener: ConnectionListener = {
    updated: ({ connection: state }) => {
      if (state === 'open' && opened instanceof Connection) void opened.unlink().then(over)
    },
    ended: over,
    credentialsChanged: () => ({}),
  }
  const opened = await openConnection({
    host,
    shared,
    keys,
    isWanted: () => true,
    enter: () => Promise.resolve(null),
    listener,
  })
  if (opened instanceof Connection) {
    await isOver
    await opened.close()
  }
  timer.cancel()
}
