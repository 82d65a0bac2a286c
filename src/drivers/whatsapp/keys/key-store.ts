import { Recent } from '../../../lib/recent.ts'
import type { InstanceId } from '../../../model/ids.ts'
import type { Change } from '../../driver.ts'
import type { Engine, KeyChanges, TransactionalKeyStore } from '../engine/engine.ts'

/** A question for more one-time keys than this reads all of them at once. */
const MANY = 16
const ONE_TIME = 'pre-key'
const APP_STATE_KEY = 'app-state-sync-key|'
/** Stands wherever the engine wrote bytes as JSON. */
const BYTES = '"type":"Buffer"'

const RATCHET = 'session|'
interface ReadRatchet {
  /** From which it was read, or as which it was written. */
  readonly bytes: Uint8Array
  readonly value: unknown
}

/** The last of each chat, of all sessions of the process: each message asks for each of its twice. */
const ratchets = new Recent<string, ReadRatchet>(1_000)
/** So that those take some megabytes at most. */
const LONGEST_HELD = 4_096

/** As much of a session's store as keeps keys. */
interface Kept {
  readonly instance: InstanceId
  readonly isInTransaction: boolean
  stage(change: Change): void
  transaction<T>(work: () => Promise<T>): Promise<T>
  heldInside(name: string): Uint8Array | null | undefined
  readInside(name: string): Promise<Uint8Array | null>
  readAllInside(prefix: string): Promise<ReadonlyMap<string, Uint8Array>>
}

/** What a session keeps the engine's keys in: the secret `<type>|<id>`, as the engine writes JSON. */
export function keyStoreOf(store: Kept, engine: Engine): TransactionalKeyStore {
  const bytesOf = async (type: string, ids: readonly string[]): Promise<readonly (Uint8Array | null)[]> => {
    const many = type === ONE_TIME && ids.length > MANY ? await store.readAllInside(`${type}|`) : null
    if (many !== null) return ids.map((id) => many.get(nameOf(type, id)) ?? null)
    // What is in memory, as most is that a message needs, is not waited for.
    const held = ids.map((id) => store.heldInside(nameOf(type, id)))
    if (held.every((bytes) => bytes !== undefined)) return held
    return await Promise.all(
      held.map(async (bytes, at) => bytes ?? (await store.readInside(nameOf(type, ids[at] ?? '')))),
    )
  }
  const get = async (type: string, ids: readonly string[]): Promise<Record<string, unknown>> => {
    const found: Record<string, unknown> = {}
    const all = await bytesOf(type, ids)
    for (const [index, id] of ids.entries()) {
      const bytes = all[index] ?? null
      if (bytes !== null) found[id] = decoded(store, engine, nameOf(type, id), bytes)
    }
    return found
  }
  const set = (changes: KeyChanges) =>
    // Alone it waits its turn and is one commit; inside a transaction it is part of that.
    store.transaction(() => {
      store.stage({ secrets: encoded(store, engine, changes) })
      return Promise.resolve()
    })
  return {
    get,
    set,
    isInTransaction: () => store.isInTransaction,
    transaction: (work) => store.transaction(work),
  }
}

function nameOf(type: string, id: string): string {
  return `${type}|${id}`
}

function encoded(store: Kept, engine: Engine, changes: KeyChanges): Map<string, Uint8Array | null> {
  const secrets = new Map<string, Uint8Array | null>()
  for (const [type, values] of Object.entries(changes)) {
    for (const [id, value] of Object.entries(values ?? {})) {
      const isGone = value === null || value === undefined
      const bytes = isGone ? null : Buffer.from(JSON.stringify(value, engine.json.replacer))
      const name = nameOf(type, id)
      secrets.set(name, bytes)
      if (bytes !== null && isRatchet(name)) hold(store, name, { bytes, value })
    }
  }
  return secrets
}

function decoded(store: Kept, engine: Engine, name: string, bytes: Uint8Array): unknown {
  if (!isRatchet(name)) return read(engine, name, bytes)
  // The engine makes a record of its own of it each time and changes that alone.
  const held = ratchets.get(heldName(store, name))
  if (held?.bytes === bytes) return held.value
  const value = read(engine, name, bytes)
  hold(store, name, { bytes, value })
  return value
}

function hold(store: Kept, name: string, ratchet: ReadRatchet): void {
  if (ratchet.bytes.byteLength <= LONGEST_HELD) ratchets.set(heldName(store, name), ratchet)
}

function heldName({ instance }: Kept, name: string): string {
  return `${String(instance)}|${name}`
}

function isRatchet(name: string): boolean {
  return name.startsWith(RATCHET)
}

function read(engine: Engine, name: string, bytes: Uint8Array): unknown {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
  // Ratchets hold no bytes but texts of them, and to look at each of their members would be most of what reading them costs.
  const value: unknown = text.includes(BYTES) ? JSON.parse(text, engine.json.reviver) : JSON.parse(text)
  // The engine reads this one as an object of its protocol.
  return name.startsWith(APP_STATE_KEY) && typeof value === 'object' && value !== null
    ? engine.proto.Message.AppStateSyncKeyData.fromObject(value)
    : value
}
