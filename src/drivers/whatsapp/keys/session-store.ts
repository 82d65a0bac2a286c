import { Serial } from '../../../lib/serial.ts'
import type { InstanceId } from '../../../model/ids.ts'
import type { Change, SessionHost } from '../../driver.ts'
import type { Engine, TransactionalKeyStore } from '../engine/engine.ts'
import type { SessionStore } from '../life.ts'
import { CREDENTIALS } from './credentials.ts'
import { isCached, type KeyCache } from './key-cache.ts'
import { keyStoreOf } from './key-store.ts'
import {
  currentTransaction,
  hasSomething,
  merge,
  newPending,
  Transaction,
  inside,
  type Pending,
} from './transaction.ts'

export interface StoreParts {
  readonly host: SessionHost
  readonly engine: Engine
  readonly cache: KeyCache
  /** A commit, or the reading of a key, failed: the socket must end before anything more is acknowledged. Called once. */
  readonly fail: (why: string) => void
}

/** The store of one life of a session. It is closed, and that awaited, before the next life of the session begins. */
export function openSessionStore(parts: StoreParts): DurableStore {
  return new DurableStore(parts)
}

/**
 * The one way to the host. Commits run one after the other in the order in which they were asked for; transactions one at a time,
 * and everything that one changed is one commit. After a commit failed nothing is committed any more: what the engine holds in
 * memory is then not what is kept, and only a new life reads that. The same when a key could not be read.
 */
export class DurableStore implements SessionStore {
  readonly keys: TransactionalKeyStore
  readonly #host: SessionHost
  readonly #cache: KeyCache
  readonly #fail: (why: string) => void
  readonly #transactions = new Serial()
  readonly #commits = new Serial()
  #credentials: (() => Uint8Array) | undefined
  /** Of the credentials that are on their way to the host. */
  #saving: Promise<void> | undefined
  #isOver = false
  /** Changes when a commit begins and when it ends, so that a read that ran beside one is not cached. */
  #version = 0
  #committing = 0

  constructor({ host, engine, cache, fail }: StoreParts) {
    this.#host = host
    this.#cache = cache
    this.#fail = fail
    this.keys = keyStoreOf(this, engine)
  }

  /** How the credentials are written; they are, whenever `saveCredentials` is called. */
  writeCredentialsBy(encoded: () => Uint8Array): void {
    this.#credentials = encoded
  }

  stage(change: Change): void {
    const transaction = this.#current
    if (transaction === undefined) throw new Error('nothing is staged outside of a transaction')
    transaction.add(change)
  }

  commit(change: Change): Promise<void> {
    const pending = newPending()
    merge(pending, change)
    return this.#write(pending)
  }

  /** With the transaction that this runs in, else a commit of its own; frames that are sent afterwards wait for it. */
  saveCredentials(change: Change = {}): Promise<void> {
    const transaction = this.#current
    if (transaction !== undefined) {
      transaction.add(change)
      transaction.addCredentials()
      return Promise.resolve()
    }
    const pending = { ...newPending(), hasCredentials: true }
    merge(pending, change)
    const saving = this.#write(pending)
    this.#saving = saving
    const done = () => {
      if (this.#saving === saving) this.#saving = undefined
    }
    saving.then(done, done)
    return saving
  }

  async read(name: string): Promise<Uint8Array | null> {
    const { instance } = this.#host
    if (!isCached(name)) return this.#host.secret(name)
    const held = this.#cache.get(instance, name)
    if (held !== undefined) return held
    const version = this.#version
    const value = await this.#host.secret(name)
    if (value !== null && version === this.#version && this.#committing === 0 && !this.#isOver) {
      this.#cache.put(instance, name, value)
    }
    return value
  }

  /**
   * As `read`, with what the transaction that this runs in wrote. For the engine, which takes a key that can't be read for one that is
   * not there, and makes another in its place: so that ends this life.
   */
  async readInside(name: string): Promise<Uint8Array | null> {
    const written = this.#current?.written.get(name)
    return written === undefined ? this.#mustRead(this.read(name)) : written
  }

  /** What `readInside` would say of it, where that needs no look into the host's store; undefined where it does. */
  heldInside(name: string): Uint8Array | null | undefined {
    const written = this.#current?.written.get(name)
    return written === undefined && isCached(name) ? this.#cache.get(this.#host.instance, name) : written
  }

  readAll(prefix: string): Promise<ReadonlyMap<string, Uint8Array>> {
    return this.#host.secrets(prefix)
  }

  /** As `readAll`, with what the transaction that this runs in wrote. */
  async readAllInside(prefix: string): Promise<ReadonlyMap<string, Uint8Array>> {
    const all = new Map(await this.#mustRead(this.readAll(prefix)))
    for (const [name, value] of this.#current?.written ?? []) {
      if (value === null) all.delete(name)
      else if (name.startsWith(prefix)) all.set(name, value)
    }
    return all
  }

  transaction<T>(work: () => Promise<T>): Promise<T> {
    return this.#run(work, false)
  }

  /** As `transaction`; nothing of it becomes durable before everything does, even where its work sends a frame. */
  atomically<T>(work: () => Promise<T>): Promise<T> {
    return this.#run(work, true)
  }

  get instance(): InstanceId {
    return this.#host.instance
  }

  get isInTransaction(): boolean {
    return this.#current !== undefined
  }

  /**
   * What must be durable before a frame leaves that was made here and now: a message must not be on its way while the ratchet step
   * that encrypted it could still be lost, for the next one would be encrypted with the same key. Undefined: nothing.
   */
  settle(): Promise<void> | undefined {
    const transaction = this.#current
    if (transaction === undefined || transaction.isWhole || !transaction.hasPending) return this.#saving
    return this.#write(transaction.take())
  }

  /** Nothing is committed any more; resolves when the commit that runs is over. */
  async close(): Promise<void> {
    this.#isOver = true
    await this.#commits.idle()
    this.#cache.forget(this.#host.instance)
  }

  get #current(): Transaction | undefined {
    const transaction = currentTransaction()
    return transaction?.owner === this ? transaction : undefined
  }

  #run<T>(work: () => Promise<T>, isWhole: boolean): Promise<T> {
    if (this.#current !== undefined) return work()
    return this.#transactions.run(async () => {
      this.#assertGoesOn()
      const transaction = new Transaction(this, isWhole)
      try {
        const result = await inside(transaction, work)
        transaction.isOpen = false
        if (transaction.hasPending) await this.#write(transaction.take())
        return result
      } finally {
        transaction.isOpen = false
      }
    })
  }

  #write(pending: Pending): Promise<void> {
    return this.#commits.run(async () => {
      this.#assertGoesOn()
      if (!hasSomething(pending)) return
      if (pending.hasCredentials && this.#credentials !== undefined) {
        pending.secrets.set(CREDENTIALS, this.#credentials())
      }
      await this.#hand(pending)
    })
  }

  async #hand({ secrets, notes, events }: Pending): Promise<void> {
    this.#version += 1
    this.#committing += 1
    try {
      await this.#host.commit({ secrets, notes, events })
      for (const [name, value] of secrets) this.#remember(name, value)
    } catch (trouble) {
      // What the host kept of it is not known.
      this.#breakOff('a commit failed', trouble)
      throw trouble
    } finally {
      this.#version += 1
      this.#committing -= 1
    }
  }

  async #mustRead<T>(reading: Promise<T>): Promise<T> {
    try {
      return await reading
    } catch (trouble) {
      this.#breakOff('a key could not be read', trouble)
      throw trouble
    }
  }

  #breakOff(what: string, trouble: unknown): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#cache.forget(this.#host.instance)
    this.#fail(`${what}: ${trouble instanceof Error ? trouble.message : 'for an unknown reason'}`)
  }

  #remember(name: string, value: Uint8Array | null): void {
    if (!isCached(name) || this.#isOver) return
    if (value === null) this.#cache.drop(this.#host.instance, name)
    else this.#cache.put(this.#host.instance, name, value)
  }

  #assertGoesOn(): void {
    if (this.#isOver) throw new Error('this life of the session is over')
  }
}
