import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Random } from '../lib/random.ts'
import type { EpochMs, InstanceId } from '../model/ids.ts'
import { takeDraft } from './draft-file.ts'
import { KeyClaims } from './key-claims.ts'
import type { Draft, Media, StoredFile } from './media.ts'
import { s3Bytes } from './s3-bytes.ts'
import { S3Store, type LocalFile, type S3Patience, type S3Settings } from './s3-store.ts'

export interface S3MediaOptions {
  readonly settings: S3Settings
  /** What all keys begin with; empty or ending with a slash. */
  readonly prefix: string
  /** Of this process alone, for what is being received; what lies in it at the start is nobody's and removed. */
  readonly spool: string
  /** How old files get before somebody, perhaps another process, sweeps them. */
  readonly keepMs: number
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly patience?: S3Patience
  /** So long after it was kept, a file that was about to be swept by another process is looked at again. */
  readonly settleMs?: number
}

export interface OpenedS3Media extends Media {
  /** Lets go of the connections. */
  close(): void
}

const KEY = /^\d+\/[0-9a-f]{2}\/[0-9a-f]{64}$/
const SHA256 = /^[0-9a-f]{64}$/
/** Removals at one time. */
const AT_ONCE = 16
/** Nearer than this to its end a file may be under another process's sweep: clocks differ, and a sweep takes its time. */
const NEAR_END_MS = 3_600_000
/** A removal that was decided before we kept the file anew has arrived by then. */
const SETTLE_MS = 5_000
/** What the list said of a file's age is believed so long. */
const BELIEVED_MS = 2_000

/**
 * Media in an S3-compatible store: `{prefix}{idInstance}/{two digits}/{sha256}`, as on a disk. What is received is written to a file in the
 * spool and put from there in one call, which makes it visible whole or not at all; so nothing unfinished ever lies in the bucket.
 * @throws OperatorTrouble when the SDK is not installed, or the store says that the bucket is not there for us
 */
export async function openS3Media(options: S3MediaOptions): Promise<OpenedS3Media> {
  const { settings, clock, patience, spool, log } = options
  const store = await S3Store.load({ settings, clock, ...(patience !== undefined && { patience }) })
  try {
    await rm(spool, { recursive: true, force: true })
    await mkdir(spool, { recursive: true, mode: 0o700 })
    await store.check(log)
  } catch (error) {
    store.close()
    throw error
  }
  return new S3Media(store, options)
}

class S3Media implements OpenedS3Media {
  readonly #store: S3Store
  readonly #options: S3MediaOptions
  readonly #claims = new KeyClaims()

  constructor(store: S3Store, options: S3MediaOptions) {
    this.#store = store
    this.#options = options
  }

  async receive(stream: Readable, limitBytes: number): Promise<Draft | 'tooLarge'> {
    const path = join(this.#options.spool, this.#options.random.bytes(16).toString('hex'))
    const taken = await takeDraft(stream, path, limitBytes, 'cached')
    if (taken === 'tooLarge') return taken
    const discard = () => rm(path, { force: true })
    return {
      ...taken,
      // Whatever comes of it: while the store is away the spool must not fill the disk.
      keep: (instance, name = taken.sha256) => this.#keep(instance, name, { ...taken, path }).finally(discard),
      discard,
    }
  }

  async open(instance: InstanceId, sha256: string): Promise<StoredFile | null> {
    if (!SHA256.test(sha256)) return null
    const key = this.#keyOf(instance, sha256)
    const found = await this.#store.head(key)
    if (found === null) return null
    const { size, modifiedAt } = found
    return {
      size,
      keptAt: modifiedAt,
      renew: () =>
        this.#claims.keeping(key, async () => {
          await this.#store.renew(found)
        }),
      read: (range = { first: 0, last: size - 1 }) => s3Bytes(this.#store, key, range),
    }
  }

  async bytesOf(instance: InstanceId): Promise<number> {
    let bytes = 0
    for await (const page of this.#store.list(`${this.#options.prefix}${String(instance)}/`)) {
      for (const { size } of page) bytes += size
    }
    return bytes
  }

  async sweep(before: EpochMs, signal?: AbortSignal): Promise<number> {
    const forgotten = await this.#sweepSpool(before)
    return this.#claims.sweeping(async (remove) => {
      let removed = forgotten
      for await (const page of this.#store.list(this.#options.prefix)) {
        if (signal?.aborted === true) break
        const listedAt = this.#options.clock.now()
        const old = page.filter(({ key, modifiedAt }) => modifiedAt < before && this.#isOurs(key))
        removed += await inBatches(
          old,
          async ({ key }) =>
            (await this.#isStillOld(key, listedAt, before)) && (await remove(key, () => this.#store.remove(key))),
        )
      }
      return removed
    })
  }

  async removeInstance(instance: InstanceId, signal?: AbortSignal): Promise<void> {
    for await (const page of this.#store.list(`${this.#options.prefix}${String(instance)}/`)) {
      if (signal?.aborted === true) break
      await inBatches(page, async ({ key }) => {
        await this.#store.remove(key)
        return true
      })
    }
  }

  close(): void {
    this.#store.close()
  }

  #keep(instance: InstanceId, name: string, file: LocalFile): Promise<void> {
    const key = this.#keyOf(instance, name)
    return this.#claims.keeping(key, async () => {
      const { clock, keepMs, settleMs = SETTLE_MS } = this.#options
      const there = await this.#store.head(key)
      if (there?.size !== file.size || !(await this.#isRenewed(there))) await this.#store.put(key, file)
      if (there === null || clock.now() - there.modifiedAt < keepMs - NEAR_END_MS) return
      await new Promise<void>((resolve) => clock.after(settleMs, resolve))
      if ((await this.#store.head(key)) === null) await this.#store.put(key, file)
    })
  }

  /** Spares the bytes their way; where that can't be done now they are put again. */
  async #isRenewed(there: Parameters<S3Store['renew']>[0]): Promise<boolean> {
    try {
      return await this.#store.renew(there)
    } catch {
      return false
    }
  }

  /** Another process may have kept it since it was listed. */
  async #isStillOld(key: string, listedAt: EpochMs, before: EpochMs): Promise<boolean> {
    if (this.#options.clock.now() - listedAt < BELIEVED_MS) return true
    const found = await this.#store.head(key)
    return found !== null && found.modifiedAt < before
  }

  async #sweepSpool(before: EpochMs): Promise<number> {
    let removed = 0
    for (const name of await readdir(this.#options.spool)) {
      const path = join(this.#options.spool, name)
      const found = await stat(path).catch(() => null)
      if (found === null || found.mtimeMs >= before) continue
      await rm(path, { force: true })
      removed += 1
    }
    return removed
  }

  #keyOf(instance: InstanceId, sha256: string): string {
    return `${this.#options.prefix}${String(instance)}/${sha256.slice(0, 2)}/${sha256}`
  }

  /** Whatever else somebody has put into the bucket is not ours to remove. */
  #isOurs(key: string): boolean {
    return KEY.test(key.slice(this.#options.prefix.length))
  }
}

/** How many of them `work` says yes to; a few at a time. */
async function inBatches<T>(all: readonly T[], work: (one: T) => Promise<boolean>): Promise<number> {
  let count = 0
  for (let at = 0; at < all.length; at += AT_ONCE) {
    const done = await Promise.all(all.slice(at, at + AT_ONCE).map(work))
    count += done.filter(Boolean).length
  }
  return count
}
