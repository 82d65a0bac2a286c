import { backoffMs } from '../lib/backoff.ts'
import type { Timer } from '../lib/clock.ts'
import type { FetchedFile } from '../media/fetch.ts'
import type { FileContent, FileSource, KeptFile } from '../model/content.ts'
import { fault, isFault, retryOf, type Fault } from '../model/fault.ts'
import { isWithoutHash } from '../model/hashless-files.ts'
import type { OutgoingMessage } from '../model/message.ts'
import type { QueuedMessage } from '../storage/store.ts'
import { LostOwnership, type InstanceRecord } from './record.ts'
import { RETRY_PLAN, TRIES } from '../queue/retries.ts'
import { settle } from './settlement.ts'

/** Makes sure that the bytes of a file that the network brought are in the media store. Ends by itself; rejects when the store failed. */
export type BringFile = (file: KeptFile) => Promise<Fault | undefined>

/** A file that is used again is kept as long as if it were new; its age is looked at this closely. */
const RENEW_AFTER_MS = 86_400_000

/** What became of getting a file: it is there, perhaps under another source than before, or why not. */
type Got = FetchedFile | Fault | undefined

/**
 * Brings the file of the queue's first message into the media store before an attempt begins, one at a time, while the instance goes on
 * with everything else. What was fetched is stored with the message, so that a crash after that doesn't fetch it again; a crash
 * before leaves the message as it was queued. A message whose file can't be had is settled as `failed`.
 */
export class OutgoingFile {
  readonly #record: InstanceRecord
  readonly #bring: BringFile
  /** Called when something came of it, and the queue is to be looked at again. */
  readonly #done: () => void
  #current: { readonly position: number; readonly abort: AbortController } | undefined
  #tries: { readonly position: number; readonly count: number } = { position: 0, count: 0 }
  #timer: Timer | undefined
  #stopped = false

  constructor(record: InstanceRecord, bring: BringFile, done: () => void) {
    this.#record = record
    this.#bring = bring
    this.#done = done
  }

  /** Whether the message can be attempted now. If not, its file is on its way, and `done` will be called. */
  async isReady(item: QueuedMessage): Promise<boolean> {
    const { content } = item.message
    if (content.kind !== 'file') return true
    const { file } = content
    if (file.at === 'here' && (await this.#isKept(file))) return true
    this.#begin(item, content)
    return false
  }

  async #isKept({ sha256, size }: KeptFile): Promise<boolean> {
    const { media, clock } = this.#record.node
    const stored = await media.open(this.#record.id, sha256)
    if (stored === null || (isWithoutHash(sha256) && stored.size !== size)) return false
    if (clock.now() - stored.keptAt > RENEW_AFTER_MS) await stored.renew()
    return true
  }

  /** Nothing more is brought or stored. */
  stop(): void {
    this.#stopped = true
    this.#current?.abort.abort()
    this.#timer?.cancel()
  }

  #begin(item: QueuedMessage, content: FileContent): void {
    if (this.#stopped || this.#current?.position === item.position) return
    // Another message was first, and was cleared or expired meanwhile.
    this.#current?.abort.abort()
    this.#timer?.cancel()
    const current = { position: item.position, abort: new AbortController() }
    this.#current = current
    void this.#run(item, content, current.abort.signal).then((again) => {
      if (this.#current === current && !again) this.#current = undefined
      if (!again && !this.#stopped) this.#done()
    })
  }

  /** True when it will be tried again by itself. */
  async #run(item: QueuedMessage, content: FileContent, signal: AbortSignal): Promise<boolean> {
    try {
      const got = await this.#get(content.file, signal)
      if (signal.aborted) return false
      if (isFault(got) && retryOf(got) === 'later') {
        return await this.#again(item, content, got, signal)
      }
      await this.#store(item, content, got)
      return false
    } catch (error) {
      return !signal.aborted && (await this.#trouble(item, content, error, signal))
    }
  }

  async #get(file: FileSource, signal: AbortSignal): Promise<Got> {
    const { id, node } = this.#record
    switch (file.at) {
      case 'url':
        return node.fetchFile(id, file.url, signal)
      case 'here':
        return (await this.#bring(file)) ?? (await this.#asKept(file))
      case 'nowhere':
        return file.why === 'tooLarge' ? TOO_LARGE : GONE
      default:
        return file satisfies never
    }
  }

  /** Of one whose network told no hash the size may have been unknown too. */
  async #asKept(file: KeptFile): Promise<Got> {
    const { id, node } = this.#record
    const stored = await node.media.open(id, file.sha256)
    if (stored === null) return GONE
    if (!isWithoutHash(file.sha256) || stored.size === file.size) return undefined
    return { file: { ...file, size: stored.size }, mimeType: UNKNOWN_TYPE }
  }

  /** Durable when it resolves. Does nothing when the message is no longer the first to be sent. */
  async #store(item: QueuedMessage, content: FileContent, got: Got): Promise<void> {
    const { id, node } = this.#record
    await this.#record.changes.run(async () => {
      const head = await node.store.outbox.next(id)
      if (this.#stopped || head?.position !== item.position || got === undefined) return
      if (isFault(got)) {
        const end = settle(this.#record, item, { status: 'failed', description: got.message, at: node.clock.now() })
        await this.#record.commitWith(end.events, end.writes)
        this.#record.outbox.drop()
        return
      }
      const { file } = got
      // The name decides what a file is sent as; what its server calls it counts only where the name tells nothing.
      const isNamed = content.mimeType !== '' && content.mimeType !== UNKNOWN_TYPE
      const mimeType = isNamed ? content.mimeType : got.mimeType
      const message: OutgoingMessage = { ...item.message, content: { ...content, file, mimeType } }
      const body = JSON.stringify(message)
      await this.#record.commit([{ kind: 'message.body', instance: id, id: item.id, chat: message.chat, body }])
    })
  }

  /** The store or the media store failed. */
  async #trouble(item: QueuedMessage, content: FileContent, error: unknown, signal: AbortSignal): Promise<boolean> {
    const { log } = this.#record.node
    if (error instanceof LostOwnership) {
      log.warn({ idInstance: this.#record.id }, 'a file is not fetched: the instance is owned elsewhere')
      return true
    }
    log.error({ idInstance: this.#record.id, error }, 'a file that is to be sent could not be kept')
    try {
      return await this.#again(item, content, UNKEPT, signal)
    } catch (again) {
      log.error({ idInstance: this.#record.id, error: again }, 'a message whose file could not be kept is not settled')
      return this.#wait(this.#tries.count, signal)
    }
  }

  /** Tries it again after a while, a bounded number of times; what only waits for the own connection is no try. */
  async #again(item: QueuedMessage, content: FileContent, why: Fault, signal: AbortSignal): Promise<boolean> {
    const before = this.#tries.position === item.position ? this.#tries.count : 0
    const isWaiting = content.file.at === 'here' && (why.fault === 'notConnected' || why.fault === 'starting')
    const count = isWaiting ? before : before + 1
    this.#tries = { position: item.position, count }
    if (count >= TRIES) {
      await this.#store(item, content, { fault: 'unavailable', message: why.message })
      return false
    }
    return this.#wait(count, signal)
  }

  /** False when another message is the first meanwhile, or nothing is to be done any more. */
  #wait(count: number, signal: AbortSignal): boolean {
    if (signal.aborted) return false
    const { clock, random } = this.#record.node
    this.#timer = clock.after(backoffMs(RETRY_PLAN, Math.max(count, 1), random), () => {
      this.#current = undefined
      this.#done()
    })
    return true
  }
}

const UNKNOWN_TYPE = 'application/octet-stream'
const GONE = fault('fileGone', 'the file is no longer kept')
const TOO_LARGE = fault('tooLarge', 'the file is too large to be sent')
const UNKEPT = fault('unavailable', 'the file could not be kept')
