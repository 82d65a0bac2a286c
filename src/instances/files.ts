import { setMaxListeners } from 'node:events'
import { addAbortSignal, type Readable } from 'node:stream'
import type { Files } from '../drivers/facets.ts'
import type { StoredFile } from '../media/media.ts'
import type { KeptFile } from '../model/content.ts'
import { fault, isFault, type Fault } from '../model/fault.ts'
import { isWithoutHash } from '../model/hashless-files.ts'
import type { InstanceRecord } from './record.ts'

/** Downloads in the background at one time. */
const AT_ONCE = 2
/** So many wait at most; what is beyond is fetched when it is asked for. */
const MOST_WAITING = 1000

/** One that trickles for longer gives its place to others. */
const LONGEST_DOWNLOAD_MS = 900_000

/** How the session's files are reached now. */
export type ReachFiles = () => Files | Fault

/**
 * The files of one instance: the bytes of what the network brought are fetched once, in the background or when they are asked for,
 * checked, and kept in the media store. While nothing is fetched it holds a few fields and no timer.
 */
export class InstanceFiles {
  readonly #record: InstanceRecord
  readonly #reach: ReachFiles
  /** Every download under way, by hash: whoever wants the same file waits for the same bytes. */
  #fetching: Map<string, Promise<Fault | undefined>> | undefined
  #waiting: KeptFile[] = []
  #workers = 0
  /** Those that have a slot: the only ones that may still write something. */
  readonly #downloads = new Set<Promise<unknown>>()
  readonly #stop = new AbortController()

  constructor(record: InstanceRecord, reach: ReachFiles) {
    this.#record = record
    this.#reach = reach
    // Each download listens with several: so many are no leak.
    setMaxListeners(0, this.#stop.signal)
  }

  /** These files came with something that is durable by now: their bytes are fetched soon. Returns at once. */
  arrived(files: readonly KeptFile[]): void {
    for (const file of files) if (this.#waiting.length < MOST_WAITING) this.#waiting.push(file)
    this.resume()
  }

  /** Goes on with what waits; for when a session was opened. */
  resume(): void {
    while (this.#workers < AT_ONCE && this.#waiting.length > 0 && !this.#isStopped()) {
      this.#workers += 1
      // Takes its first file before it returns.
      void this.#work()
    }
  }

  /** Makes sure that the bytes are in the media store. */
  bring(file: KeptFile): Promise<Fault | undefined> {
    const under = this.#fetching?.get(file.sha256)
    if (under !== undefined) return under
    const fetching = this.#ensure(file).finally(() => {
      this.#fetching?.delete(file.sha256)
      if (this.#fetching?.size === 0) this.#fetching = undefined
    })
    this.#fetching ??= new Map()
    this.#fetching.set(file.sha256, fetching)
    return fetching
  }

  /** A file by the hash that names it, fetched again where it must be; `notFound` for one that this instance never had. */
  async open(sha256: string): Promise<StoredFile | Fault> {
    const { media, store } = this.#record.node
    const stored = await media.open(this.#record.id, sha256)
    if (stored !== null) return stored
    const file = await store.files.find(this.#record.id, sha256)
    if (file === null) return fault('notFound', 'there is no such file')
    const trouble = await this.bring(file)
    if (trouble !== undefined) return trouble
    const brought = await media.open(this.#record.id, sha256)
    if (brought !== null) return brought
    // Swept or removed while the download of somebody else was on its last steps: this one is our own.
    return (await this.bring(file)) ?? (await media.open(this.#record.id, sha256)) ?? GONE
  }

  /** The bytes, for whoever sends them. Rejects when they cannot be had. */
  async read(file: KeptFile): Promise<Readable> {
    const trouble = await this.bring(file)
    const stored = trouble === undefined ? await this.#record.node.media.open(this.#record.id, file.sha256) : null
    if (stored === null) throw new Error((trouble ?? GONE).message)
    return stored.read()
  }

  /** Resolves when nothing is fetched any more; what waited is fetched when it is asked for. */
  async stop(): Promise<void> {
    this.#stop.abort()
    this.#waiting = []
    await Promise.allSettled([...this.#downloads])
  }

  #isStopped(): boolean {
    return this.#stop.signal.aborted
  }

  async #work(): Promise<void> {
    for (;;) {
      const file = this.#waiting.shift()
      if (file === undefined || this.#isStopped()) break
      const trouble = await this.#tryBring(file)
      if (trouble?.fault !== 'notConnected') continue
      // The next session goes on with it.
      this.#waiting.unshift(file)
      break
    }
    this.#workers -= 1
  }

  /** What cannot be had now is not lost: it is fetched when somebody asks for it. */
  async #tryBring(file: KeptFile): Promise<Fault | undefined> {
    const { log } = this.#record.node
    try {
      const trouble = await this.bring(file)
      if (trouble !== undefined) {
        log.info({ idInstance: this.#record.id, fault: trouble.fault }, 'a file was not fetched in the background')
      }
      return trouble
    } catch (error) {
      if (!this.#isStopped()) log.error({ idInstance: this.#record.id, error }, 'a file could not be kept')
      return undefined
    }
  }

  async #ensure(file: KeptFile): Promise<Fault | undefined> {
    const { media, store, downloads, limits } = this.#record.node
    const stored = await media.open(this.#record.id, file.sha256)
    // Whoever asks for it gives a new link away, which lasts as long as files are kept.
    if (stored !== null) {
      await stored.renew()
      return undefined
    }
    if (file.size > limits.fileLimitBytes) return TOO_LARGE
    // One that somebody forwards or quotes may have lost how it is fetched; the journal's neighbour knows it.
    const known = file.remote === undefined ? await store.files.find(this.#record.id, file.sha256) : file
    if (known === null) return GONE
    return downloads.run(async () => {
      const download = this.#download(known)
      this.#downloads.add(download)
      try {
        return await download
      } finally {
        this.#downloads.delete(download)
      }
    })
  }

  async #download(file: KeptFile): Promise<Fault | undefined> {
    if (this.#isStopped()) return STOPPED
    const files = this.#reach()
    if (isFault(files)) return files
    const { media, log, clock, limits } = this.#record.node
    const late = new AbortController()
    const timer = clock.after(LONGEST_DOWNLOAD_MS, () => late.abort(new Error('the download took too long')))
    const signal = AbortSignal.any([this.#stop.signal, late.signal])
    try {
      const bytes = await unlessStopped(files.download(file, signal), signal)
      if (isFault(bytes)) return bytes
      const draft = await media.receive(addAbortSignal(signal, bytes), limits.fileLimitBytes)
      if (draft === 'tooLarge') return TOO_LARGE
      if (draft.sha256 === file.sha256 || isWithoutHash(file.sha256)) {
        await draft.keep(this.#record.id, file.sha256)
        // What the network brings is kept whether or not there is room: it was acknowledged.
        this.#record.node.entitlements.kept(this.#record.row.account, draft.size)
        return undefined
      }
      await draft.discard()
      log.warn({ idInstance: this.#record.id }, 'the network gave other bytes than those of the file')
      return GONE
    } catch (error) {
      if (this.#isStopped()) return STOPPED
      log.warn({ idInstance: this.#record.id, error }, 'a download broke off')
      return BROKEN
    } finally {
      timer.cancel()
    }
  }
}

const GONE = fault('fileGone', 'the file is not available any more')
const TOO_LARGE = fault('tooLarge', 'the file is larger than files may be')
const STOPPED = fault('unavailable', 'the instance is stopping')
const BROKEN = fault('unavailable', 'the file could not be downloaded now, try again')

/** A stop does not wait for a network that takes its time; what comes of it then is thrown away. */
function unlessStopped(asked: Promise<Readable | Fault>, signal: AbortSignal): Promise<Readable | Fault> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve(STOPPED)
    signal.addEventListener('abort', stop, { once: true })
    asked
      .then((bytes) => {
        // A request's body that nobody reads ends with an error.
        if (signal.aborted && !isFault(bytes)) bytes.on('error', () => undefined).destroy()
        resolve(bytes)
      }, reject)
      .finally(() => signal.removeEventListener('abort', stop))
  })
}
