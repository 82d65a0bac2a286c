import type { Readable } from 'node:stream'
import type { EpochMs, InstanceId } from '../model/ids.ts'

/**
 * The media port: files in and out of chats, each in its instance's own place under the SHA-256 of its bytes. A file is whole or not
 * there: it becomes visible, durably, with `Draft.keep`. The port streams: nothing holds more than a few chunks of a file in memory.
 */

/** A file that was received to its end and is not kept yet. */
export interface Draft {
  /** Hex. */
  readonly sha256: string
  readonly size: number
  /**
   * Durable when it resolves; the same file again is kept once, and its age begins anew. `name`: in the place of the hash, see
   * `model/hashless-files.ts`.
   */
  keep(instance: InstanceId, name?: string): Promise<void>
  /** Forgets it. After `keep` it does nothing. */
  discard(): Promise<void>
}

export interface StoredFile {
  readonly size: number
  /** Its age begins anew: it is used again. Does nothing when it is gone meanwhile. */
  renew(): Promise<void>
  /** When it was last kept or renewed; it is removed so long after this as files are kept. */
  readonly keptAt: EpochMs
  /** Bytes `first` to `last`, both included; all of them without. */
  read(range?: { readonly first: number; readonly last: number }): Readable
}

export interface Media {
  /** Takes a stream in. `tooLarge` once it passes `limitBytes`, with the stream destroyed; rejects when the stream or the storage fails. */
  receive(stream: Readable, limitBytes: number): Promise<Draft | 'tooLarge'>
  /** Null when it is not, or no longer, there. */
  open(instance: InstanceId, sha256: string): Promise<StoredFile | null>
  /** How much an instance keeps now. */
  bytesOf(instance: InstanceId): Promise<number>
  /** Removes what was kept before this time, and forgotten drafts; returns how many files went. Ends soon, with a part of it, once the signal is aborted. */
  sweep(before: EpochMs, signal?: AbortSignal): Promise<number>
  /** Removes everything of an instance; a part of it where the signal is aborted meanwhile. */
  removeInstance(instance: InstanceId, signal?: AbortSignal): Promise<void>
}
