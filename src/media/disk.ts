import { createReadStream, statSync, unlinkSync } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Clock } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import type { EpochMs, InstanceId } from '../model/ids.ts'
import { takeDraft } from './draft-file.ts'
import type { Draft, Media, StoredFile } from './media.ts'

export interface DiskMediaOptions {
  /** Made when it is not there. What lies in its drafts when it opens is nobody's and removed. */
  readonly folder: string
  /** Where several processes share the folder: a name of this one's own, the same after a restart, for its drafts. */
  readonly sharer?: string
  readonly clock: Clock
  readonly random: Random
}

const DRAFTS = 'drafts'
const PRIVATE = { recursive: true, mode: 0o700 } as const
const SHA256 = /^[0-9a-f]{64}$/

/** Media on the local disk: `{folder}/{idInstance}/{two digits}/{sha256}`, and what is being received in `drafts/`. */
export async function openDiskMedia(options: DiskMediaOptions): Promise<Media> {
  const drafts = join(options.folder, DRAFTS, options.sharer ?? '')
  await rm(drafts, { recursive: true, force: true })
  await mkdir(drafts, PRIVATE)
  await flushFolder(dirname(options.folder))
  return new DiskMedia(options, drafts)
}

class DiskMedia implements Media {
  readonly #folder: string
  readonly #drafts: string
  readonly #clock: Clock
  readonly #random: Random
  /** Files that are getting their name now: a sweep must not take the new one for the old one. */
  readonly #keeping = new Map<string, number>()

  constructor({ folder, clock, random }: DiskMediaOptions, drafts: string) {
    this.#folder = folder
    this.#drafts = drafts
    this.#clock = clock
    this.#random = random
  }

  async receive(stream: Readable, limitBytes: number): Promise<Draft | 'tooLarge'> {
    const path = join(this.#drafts, this.#random.bytes(16).toString('hex'))
    const taken = await takeDraft(stream, path, limitBytes, 'flushed')
    if (taken === 'tooLarge') return taken
    const { sha256 } = taken
    return {
      ...taken,
      keep: (instance, name = sha256) => this.#keep(path, instance, name),
      discard: () => rm(path, { force: true }),
    }
  }

  async open(instance: InstanceId, sha256: string): Promise<StoredFile | null> {
    if (!SHA256.test(sha256)) return null
    const path = this.#pathOf(instance, sha256)
    const found = await unlessGone(stat(path))
    if (found === null) return null
    return {
      size: found.size,
      keptAt: Math.round(found.mtimeMs),
      renew: () => this.#renew(path),
      read: (range) => createReadStream(path, range === undefined ? {} : { start: range.first, end: range.last }),
    }
  }

  async bytesOf(instance: InstanceId): Promise<number> {
    let bytes = 0
    for await (const path of filesIn(join(this.#folder, String(instance)))) {
      bytes += (await unlessGone(stat(path)))?.size ?? 0
    }
    return bytes
  }

  async sweep(before: EpochMs, signal?: AbortSignal): Promise<number> {
    let removed = 0
    for await (const path of filesIn(this.#folder)) {
      if (signal?.aborted === true) break
      const found = await unlessGone(stat(path))
      if (found !== null && found.mtimeMs < before && this.#removeOld(path, before)) removed += 1
    }
    return removed
  }

  async removeInstance(instance: InstanceId): Promise<void> {
    await rm(join(this.#folder, String(instance)), { recursive: true, force: true })
  }

  async #renew(path: string): Promise<void> {
    const now = new Date(this.#clock.now())
    await unlessGone(utimes(path, now, now))
  }

  /** The file is on disk before its name is, and both are before this resolves. */
  async #keep(draft: string, instance: InstanceId, name: string): Promise<void> {
    const path = this.#pathOf(instance, name)
    const folder = dirname(path)
    await mkdir(folder, PRIVATE)
    const now = new Date(this.#clock.now())
    await utimes(draft, now, now)
    this.#keeping.set(path, (this.#keeping.get(path) ?? 0) + 1)
    try {
      await rename(draft, path)
    } finally {
      const others = (this.#keeping.get(path) ?? 1) - 1
      if (others === 0) this.#keeping.delete(path)
      else this.#keeping.set(path, others)
    }
    for (const each of [folder, dirname(folder), this.#folder]) await flushFolder(each)
  }

  /** In one go, so that nobody keeps the same file anew between the look at its age and its end. */
  #removeOld(path: string, before: EpochMs): boolean {
    if (this.#keeping.has(path)) return false
    const found = statSync(path, { throwIfNoEntry: false })
    if (found === undefined || found.mtimeMs >= before) return false
    unlinkSync(path)
    return true
  }

  #pathOf(instance: InstanceId, sha256: string): string {
    return join(this.#folder, String(instance), sha256.slice(0, 2), sha256)
  }
}

/** Drafts and kept files. What goes away while it looks is left out. */
async function* filesIn(folder: string): AsyncGenerator<string, void, undefined> {
  for (const entry of (await unlessGone(readdir(folder, { withFileTypes: true }))) ?? []) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesIn(path)
    else yield path
  }
}

async function unlessGone<Found>(looking: Promise<Found>): Promise<Found | null> {
  try {
    return await looking
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
