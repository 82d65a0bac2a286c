import type { Change } from '../../driver.ts'
import type { Engine, KeyChanges, TransactionalKeyStore } from '../engine/engine.ts'

/** A question for more one-time keys than this reads all of them at once. */
const MANY = 16
const ONE_TIME = 'pre-key'
const APP_STATE_KEY = 'app-state-sync-key'
/** Stands wherever the engine wrote bytes as JSON. */
const BYTES = '"type":"Buffer"'

/** As much of a session's store as keeps keys. */
interface Kept {
  readonly isInTransaction: boolean
  stage(change: Change): void
  transaction<T>(work: () => Promise<T>): Promise<T>
  readInside(name: string): Promise<Uint8Array | null>
  readAllInside(prefix: string): Promise<ReadonlyMap<string, Uint8Array>>
}

/** What a session keeps the engine's keys in: the secret `<type>|<id>`, as the engine writes JSON. */
export function keyStoreOf(store: Kept, engine: Engine): TransactionalKeyStore {
  const get = async (type: string, ids: readonly string[]): Promise<Record<string, unknown>> => {
    const found: Record<string, unknown> = {}
    const isMany = type === ONE_TIME && ids.length > MANY
    const many = isMany ? await store.readAllInside(`${type}|`) : null
    const read = async (name: string) => (many === null ? await store.readInside(name) : (many.get(name) ?? null))
    const all = await Promise.all(ids.map((id) => read(nameOf(type, id))))
    for (const [index, id] of ids.entries()) {
      const bytes = all[index] ?? null
      if (bytes !== null) found[id] = decoded(engine, type, bytes)
    }
    return found
  }
  const set = (changes: KeyChanges) =>
    // Alone it waits its turn and is one commit; inside a transaction it is part of that.
    store.transaction(() => {
      store.stage({ secrets: encoded(engine, changes) })
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

function encoded(engine: Engine, changes: KeyChanges): Map<string, Uint8Array | null> {
  const secrets = new Map<string, Uint8Array | null>()
  for (const [type, values] of Object.entries(changes)) {
    for (const [id, value] of Object.entries(values ?? {})) {
      const isGone = value === null || value === undefined
      secrets.set(nameOf(type, id), isGone ? null : Buffer.from(JSON.stringify(value, engine.json.replacer)))
    }
  }
  return secrets
}

function decoded(engine: Engine, type: string, bytes: Uint8Array): unknown {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
  // Ratchets hold no bytes but texts of them, and to look at each of their members would be most of what reading them costs.
  const value: unknown = text.includes(BYTES) ? JSON.parse(text, engine.json.reviver) : JSON.parse(text)
  // The engine reads this one as an object of its protocol.
  return type === APP_STATE_KEY && typeof value === 'object' && value !== null
    ? engine.proto.Message.AppStateSyncKeyData.fromObject(value)
    : value
}
