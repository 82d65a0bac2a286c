import type { Epoch, EpochMs, InstanceId, MessageId } from '../model/ids.ts'
import type { Write } from '../storage/store.ts'

/** The most messages that may wait in one instance's queue. */
export const OUTBOX_LIMIT = 100_000

/** How many messages wait, and which position comes next. The rows are the store's; this is only their count. */
export class OutboxCounter {
  #count: number
  #last: number
  /** Everything up to this position has been taken off the count by `clear`. */
  #clearedUpTo = 0

  constructor(start: { readonly count: number; readonly last: number }) {
    this.#count = start.count
    this.#last = start.last
  }

  get count(): number {
    return this.#count
  }

  /** The highest position given out. */
  get last(): number {
    return this.#last
  }

  get isFull(): boolean {
    return this.#count >= OUTBOX_LIMIT
  }

  /** The position of a message that is about to be stored. It counts from now on, so that the limit holds under concurrency. */
  take(): number {
    this.#count += 1
    this.#last += 1
    return this.#last
  }

  /** A message left the queue. */
  drop(): void {
    this.#count -= 1
  }

  /** A message was never stored. Its position leaves a gap, which nobody minds. */
  abandon(position: number): void {
    if (position > this.#clearedUpTo) this.#count -= 1
  }

  /** The whole queue is about to be cleared but for `kept` claimed ones; what is taken from now on stays. Call `drop` when it is done. */
  clear(kept: number): { readonly upTo: number; drop(): void } {
    const cleared = this.#count - kept
    this.#clearedUpTo = this.#last
    return {
      upTo: this.#last,
      drop: () => {
        this.#count -= cleared
      },
    }
  }
}

export function enqueueWrite(instance: InstanceId, position: number, id: MessageId, at: EpochMs): Write {
  return { kind: 'outbox.add', instance, position, id, at }
}

export function claimWrite(instance: InstanceId, position: number, epoch: Epoch, deadline: EpochMs): Write {
  return { kind: 'outbox.claim', instance, position, epoch, deadline }
}

export function releaseWrite(instance: InstanceId, position: number): Write {
  return { kind: 'outbox.release', instance, position }
}

export function removeWrite(instance: InstanceId, position: number): Write {
  return { kind: 'outbox.remove', instance, position }
}
