import type { InstanceId } from '../../../model/ids.ts'

/** What all sessions of the process together may hold. */
export const KEY_CACHE_BYTES = 64 * 1024 * 1024
/** About what an entry costs beside its value. */
const ENTRY_BYTES = 160

/** What the ratchets of active chats need again and again. One-time keys are read once and never kept. */
const CACHED_TYPES: ReadonlySet<string> = new Set([
  'session',
  'sender-key',
  'sender-key-memory',
  'lid-mapping',
  'device-list',
  'devices',
  'identity-key',
  'tctoken',
])

/** Whether a secret of this name may be held in memory. */
export function isCached(name: string): boolean {
  const end = name.indexOf('|')
  return end !== -1 && CACHED_TYPES.has(name.slice(0, end))
}

type Entries = Map<string, Uint8Array>

/**
 * Keys that were used lately, of all sessions of the process, bounded in bytes. Two generations: when the young one is half of the
 * limit it becomes the old one, and what the old one still held is dropped.
 */
export class KeyCache {
  readonly #half: number
  #young = new Map<InstanceId, Entries>()
  #old = new Map<InstanceId, Entries>()
  #youngBytes = 0
  #oldBytes = 0

  constructor(limitBytes = KEY_CACHE_BYTES) {
    this.#half = Math.max(1, Math.floor(limitBytes / 2))
  }

  /** What is held, about. */
  get bytes(): number {
    return this.#youngBytes + this.#oldBytes
  }

  get(instance: InstanceId, name: string): Uint8Array | undefined {
    const young = this.#young.get(instance)?.get(name)
    if (young !== undefined) return young
    const old = this.#old.get(instance)?.get(name)
    if (old !== undefined) this.put(instance, name, old)
    return old
  }

  put(instance: InstanceId, name: string, value: Uint8Array): void {
    this.drop(instance, name)
    const bytes = sizeOf(name, value)
    if (bytes > this.#half) return
    if (this.#youngBytes + bytes > this.#half) this.#turn()
    let entries = this.#young.get(instance)
    if (entries === undefined) this.#young.set(instance, (entries = new Map<string, Uint8Array>()))
    entries.set(name, value)
    this.#youngBytes += bytes
  }

  drop(instance: InstanceId, name: string): void {
    this.#youngBytes -= taken(this.#young, instance, name)
    this.#oldBytes -= taken(this.#old, instance, name)
  }

  /** Everything of one session. */
  forget(instance: InstanceId): void {
    for (const name of [...(this.#young.get(instance)?.keys() ?? []), ...(this.#old.get(instance)?.keys() ?? [])]) {
      this.drop(instance, name)
    }
  }

  #turn(): void {
    this.#old = this.#young
    this.#oldBytes = this.#youngBytes
    this.#young = new Map()
    this.#youngBytes = 0
  }
}

/** Removes an entry; how many bytes it took. */
function taken(generation: Map<InstanceId, Entries>, instance: InstanceId, name: string): number {
  const entries = generation.get(instance)
  const value = entries?.get(name)
  if (entries === undefined || value === undefined) return 0
  entries.delete(name)
  if (entries.size === 0) generation.delete(instance)
  return sizeOf(name, value)
}

function sizeOf(name: string, value: Uint8Array): number {
  return name.length + value.byteLength + ENTRY_BYTES
}
