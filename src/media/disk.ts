import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, opendir, rename, rm, stat, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Clock } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import type { EpochMs, InstanceId } from '../model/ids.ts'
import type { Draft, Media, StoredFile } from './media.ts'

export interface DiskMediaOptions {
  /** Made when it is not there. */
  readonly folder: string
  readonly clock: Clock
  readonly random: Random
}

const DRAFTS = 'drafts'
const PRIVATE = { recursive: true, mode: 0o700 } as const
const SHA256 = /^[0-9a-f]{64}$/

/** Media on the local disk: `{folder}/{idInstance}/{two digits}/{sha256}`, and what is being received in `drafts/`. */
export async function openDiskMedia(options: DiskMediaOptions): Promise<Media> {
  await mkdir(join(options.folder, DRAFTS), PRIVATE)
  return new DiskMedia(options)
}

class DiskMedia implements Media {
  readonly #folder: string
  readonly #clock: Clock
  readonly #random: Random

  constructor({ folder, clock, random }: DiskMediaOptions) {
    this.#folder = folder
    this.#clock = clock
    this.#random = random
  }

  async receive(stream: Readable, limitBytes: number): Promise<Draft | 'tooLarge'> {
    const path = join(this.#folder, DRAFTS, this.#random.bytes(16).toString('hex'))
    const meter = new Meter(limitBytes)
    try {
      await pipeline(stream, meter, createWriteStream(path, { mode: 0o600, flush: true }))
    } catch (error) {
      await rm(path, { force: true })
      if (meter.isOver) return 'tooLarge'
      throw error
    }
    const { sha256, size } = meter.result()
    return {
      sha256,
      size,
      keep: (instance) => this.#keep(path, instance, sha256),
      discard: () => rm(path, { force: true }),
    }
  }

  async open(instance: InstanceId, sha256: string): Promise<StoredFile | null> {
    if (!SHA256.test(sha256)) return null
    const path = this.#pathOf(instance, sha256)
    const found = await stat(path).catch(() => null)
    if (found === null) return null
    return {
      size: found.size,
      keptAt: Math.round(found.mtimeMs),
      read: (range) => createReadStream(path, range === undefined ? {} : { start: range.first, end: range.last }),
    }
  }

  async sweep(before: EpochMs): Promise<number> {
    let removed = 0
    for await (const path of filesIn(this.#folder)) {
      const found = await stat(path).catch(() => null)
      if (found === null || found.mtimeMs >= before) continue
      await rm(path, { force: true })
      removed += 1
    }
    return removed
  }

  async removeInstance(instance: InstanceId): Promise<void> {
    await rm(join(this.#folder, String(instance)), { recursive: true, force: true })
  }

  /** The file is on disk before its name is, and both are before this resolves. */
  async #keep(draft: string, instance: InstanceId, sha256: string): Promise<void> {
    const path = this.#pathOf(instance, sha256)
    const folder = dirname(path)
    await mkdir(folder, PRIVATE)
    const now = new Date(this.#clock.now())
    await utimes(draft, now, now)
    await rename(draft, path)
    for (const each of [folder, dirname(folder), this.#folder]) await flushFolder(each)
  }

  #pathOf(instance: InstanceId, sha256: string): string {
    return join(this.#folder, String(instance), sha256.slice(0, 2), sha256)
  }
}

/** Hashes and counts what passes; fails once it is more than the limit. */
class Meter extends Transform {
  readonly #hash = createHash('sha256')
  readonly #limit: number
  #size = 0

  constructor(limit: number) {
    super()
    this.#limit = limit
  }

  get isOver(): boolean {
    return this.#size > this.#limit
  }

  override _transform(chunk: Buffer, _encoding: string, done: (error?: Error | null, chunk?: Buffer) => void): void {
    this.#size += chunk.length
    if (this.isOver) return done(new Error('larger than the limit'))
    this.#hash.update(chunk)
    done(null, chunk)
  }

  /** What has passed; once, after the last of it. */
  result(): { readonly sha256: string; readonly size: number } {
    return { sha256: this.#hash.digest('hex'), size: this.#size }
  }
}

async function* filesIn(folder: string): AsyncGenerator<string, void, undefined> {
  for await (const entry of await opendir(folder, { recursive: true })) {
    if (entry.isFile()) yield join(entry.parentPath, entry.name)
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
