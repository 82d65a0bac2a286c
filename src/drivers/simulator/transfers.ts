import type { Readable } from 'node:stream'
import type { Log } from '../../lib/log.ts'
import type { KeptFile } from '../../model/content.ts'
import { fault, type Fault } from '../../model/fault.ts'
import type { NetworkFiles } from './network-files.ts'

const STOPPED = fault('notConnected', 'the session ended')

/** Gives the bytes of a file that is to be sent; rejects when they are gone. */
export type ReadFile = (file: KeptFile) => Promise<Readable>

/** The files that are under way for one session. All of them end with `end`. */
export class Transfers {
  readonly #files: NetworkFiles
  readonly #read: ReadFile
  readonly #log: Log
  readonly #running = new Set<AbortController>()
  #ended = false

  constructor(files: NetworkFiles, read: ReadFile, log: Log) {
    this.#files = files
    this.#read = read
    this.#log = log
  }

  /** The network has the file when it resolves with nothing. What it has already is not sent again; trouble leaves nothing behind. */
  upload(file: KeptFile, signal?: AbortSignal): Promise<Fault | undefined> {
    return this.#run(signal, (ended) => this.#upload(file, ended))
  }

  /** `notFound` when the network has it no more. */
  async download({ sha256, remote }: KeptFile, signal: AbortSignal): Promise<Readable | Fault> {
    const aborting = this.#begin(signal)
    try {
      const bytes = await this.#files.get(remote ?? sha256, aborting.signal)
      if (bytes === null) {
        aborting.over()
        return fault('notFound', 'the network has this file no more')
      }
      bytes.once('close', () => aborting.over())
      return bytes
    } catch (error) {
      aborting.over()
      return this.#trouble(error, aborting.signal)
    }
  }

  end(): void {
    this.#ended = true
    for (const one of this.#running) one.abort()
  }

  async #upload(file: KeptFile, signal: AbortSignal): Promise<Fault | undefined> {
    if (await this.#files.has(file.sha256, signal)) return undefined
    let bytes: Readable
    try {
      bytes = await this.#read(file)
    } catch (error) {
      this.#log.warn({ error: String(error) }, 'a file that was to be sent could not be read')
      return fault('fileGone', 'the file is not there any more')
    }
    // An error that comes after the request has failed by itself has nobody else to hear it.
    bytes.on('error', () => undefined)
    try {
      const stored = await this.#files.put(bytes, file.size, signal)
      return stored.sha256 === file.sha256 ? undefined : fault('fileGone', 'the file is not what it was')
    } finally {
      bytes.destroy()
    }
  }

  async #run(
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<Fault | undefined>,
  ): Promise<Fault | undefined> {
    const aborting = this.#begin(signal)
    try {
      return await work(aborting.signal)
    } catch (error) {
      return this.#trouble(error, aborting.signal)
    } finally {
      aborting.over()
    }
  }

  /** A signal that the caller's and the end of the session abort, until it is over. */
  #begin(signal: AbortSignal | undefined) {
    const controller = new AbortController()
    const abort = () => controller.abort()
    this.#running.add(controller)
    signal?.addEventListener('abort', abort)
    if (this.#ended || signal?.aborted === true) abort()
    const over = () => {
      this.#running.delete(controller)
      signal?.removeEventListener('abort', abort)
    }
    return { signal: controller.signal, over }
  }

  #trouble(error: unknown, signal: AbortSignal): Fault {
    if (this.#ended || signal.aborted) return STOPPED
    this.#log.warn({ error: String(error) }, 'a file could not be moved between here and the network')
    return fault('unavailable', 'the file could not be moved between here and the network')
  }
}
