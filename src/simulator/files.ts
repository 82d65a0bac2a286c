import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, mkdirSync, readdirSync, rmSync, utimesSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Clock } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import type { EpochMs } from '../model/ids.ts'
import type { StoredFile } from './contents.ts'

export const FILE_LIMIT_BYTES = 100 * 1024 * 1024

const NAME = /^[0-9a-f]{64}$/
const HALF_WRITTEN = '.part'

/** What a stream held was too much; nothing of it was kept. */
type Kept = StoredFile | 'tooLarge'

/**
 * The bytes of files in a folder of their own, each under the SHA-256 of what it holds. They pass through in pieces, whatever their
 * size, and a file is there whole or not at all.
 */
export class Files {
  readonly #folder: string
  readonly #clock: Clock
  readonly #random: Random

  /** Makes the folder; uploads that a crash cut off are removed. */
  constructor(folder: string, clock: Clock, random: Random) {
    this.#folder = folder
    this.#clock = clock
    this.#random = random
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    for (const name of readdirSync(folder)) if (name.endsWith(HALF_WRITTEN)) rmSync(join(folder, name), { force: true })
  }

  /** Rejects when the stream breaks off or the disk refuses it. */
  async put(bytes: Readable): Promise<Kept> {
    const part = join(this.#folder, `${this.#random.bytes(12).toString('hex')}${HALF_WRITTEN}`)
    const gauge = new Gauge()
    try {
      await pipeline(bytes, gauge, createWriteStream(part, { mode: 0o600 }))
    } catch (error) {
      await rm(part, { force: true })
      throw error
    }
    if (gauge.isTooLarge) {
      await rm(part, { force: true })
      return 'tooLarge'
    }
    const sha256 = gauge.sha256()
    await mkdir(join(this.#folder, sha256.slice(0, 2)), { recursive: true, mode: 0o700 })
    await rename(part, this.#path(sha256))
    this.touch(sha256)
    return { sha256, size: gauge.size }
  }

  /** Whether it is there; if so it counts as new, so that it is kept as long as the message that refers to it. */
  touch(sha256: string): boolean {
    if (!NAME.test(sha256)) return false
    const seconds = this.#clock.now() / 1000
    try {
      utimesSync(this.#path(sha256), seconds, seconds)
      return true
    } catch {
      return false
    }
  }

  /** Bytes; null when it is not there. */
  async size(sha256: string): Promise<number | null> {
    if (!NAME.test(sha256)) return null
    const found = await stat(this.#path(sha256)).catch(() => null)
    return found?.size ?? null
  }

  /** Only of one that `size` has found. */
  read(sha256: string): Readable {
    return createReadStream(this.#path(sha256))
  }

  /** Forgets what was neither put nor sent since then. */
  async sweep(before: EpochMs): Promise<void> {
    for (const shelf of await readdir(this.#folder)) {
      if (shelf.length !== 2) continue
      for (const name of await readdir(join(this.#folder, shelf))) {
        const path = join(this.#folder, shelf, name)
        const found = await stat(path).catch(() => null)
        if (found !== null && found.mtimeMs < before) await rm(path, { force: true })
      }
    }
  }

  #path(sha256: string): string {
    return join(this.#folder, sha256.slice(0, 2), sha256)
  }
}

/** Counts and hashes what passes. What is too much is taken in and dropped, so that whoever sends it still hears an answer. */
class Gauge extends Transform {
  readonly #hash = createHash('sha256')
  size = 0
  isTooLarge = false

  override _transform(chunk: Buffer, _encoding: string, done: (error: Error | null, chunk?: Buffer) => void): void {
    this.size += chunk.length
    this.isTooLarge = this.size > FILE_LIMIT_BYTES
    if (this.isTooLarge) return done(null)
    this.#hash.update(chunk)
    done(null, chunk)
  }

  /** Once, when all has passed. */
  sha256(): string {
    return this.#hash.digest('hex')
  }
}
