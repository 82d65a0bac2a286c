import { AsyncLocalStorage } from 'node:async_hooks'
import type { Change } from '../../driver.ts'
import { newDraft, type Draft } from '../life.ts'

/** What is to be committed at once. */
export interface Pending extends Draft {
  /** The credentials as they are when it is written. */
  hasCredentials: boolean
}

/** A key transaction while its work runs. */
export class Transaction {
  /** The session's; work of another one never joins. */
  readonly owner: object
  /** Nothing of it is committed before it ends, whatever is sent meanwhile. */
  readonly isWhole: boolean
  /** False once its work is done: what goes on from there in the background is no part of it. */
  isOpen = true
  /** Everything that its work wrote, so that it reads its own; null is forgotten. */
  readonly written = new Map<string, Uint8Array | null>()
  #pending = newPending()

  constructor(owner: object, isWhole: boolean) {
    this.owner = owner
    this.isWhole = isWhole
  }

  add(change: Change): void {
    merge(this.#pending, change)
    for (const [name, value] of change.secrets ?? []) this.written.set(name, value)
  }

  addCredentials(): void {
    this.#pending.hasCredentials = true
  }

  get hasPending(): boolean {
    return hasSomething(this.#pending)
  }

  /** What was added since the last time. */
  take(): Pending {
    const taken = this.#pending
    this.#pending = newPending()
    return taken
  }
}

export function newPending(): Pending {
  return { ...newDraft(), hasCredentials: false }
}

/** Later values replace earlier ones. */
export function merge(pending: Pending, change: Change): void {
  for (const [name, value] of change.secrets ?? []) pending.secrets.set(name, value)
  for (const [name, note] of change.notes ?? []) pending.notes.set(name, note)
  for (const event of change.events ?? []) pending.events.push(event)
}

export function hasSomething({ secrets, notes, events, hasCredentials }: Pending): boolean {
  return hasCredentials || secrets.size > 0 || notes.size > 0 || events.length > 0
}

/**
 * One storage for the whole process: on Node before 24 every storage that was ever run adds work to every promise, and the engine
 * would run one per socket.
 */
const running = new AsyncLocalStorage<Transaction>()

/** The transaction that this code is a part of, if it is one that still runs. */
export function currentTransaction(): Transaction | undefined {
  const transaction = running.getStore()
  return transaction?.isOpen === true ? transaction : undefined
}

export function inside<T>(transaction: Transaction, work: () => T): T {
  return running.run(transaction, work)
}

/** What lives longer than the transaction that happens to start it must not inherit it. */
export function outside<T>(work: () => T): T {
  return running.exit(work)
}
