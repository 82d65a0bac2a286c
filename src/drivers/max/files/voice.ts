import { Transform, type TransformCallback } from 'node:stream'

/** Heights of the plot that a voice message shows. */
const HEIGHTS = 80
const RATE = 48_000
/** Of Ogg: a page begins so, and has so many bytes before the sizes of its pieces. */
const PAGE = Buffer.from('OggS')
const PAGE_HEAD_BYTES = 27
const LAST_GRANULE = 2n ** 62n
/** So many pages stand for one height each until all are known; an hour has some four thousand. */
const MOST_PAGES = 50_000

/** What is known of a voice message when all of it has passed. */
export interface AboutVoice {
  readonly durationMs: number
  readonly wave: Uint8Array
}

/** Whether bytes begin as what phones record: Opus in Ogg. */
export function beginsAsVoice(head: Uint8Array): boolean {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  return bytes.subarray(0, PAGE.length).equals(PAGE) && bytes.includes('OpusHead')
}

/**
 * Lets an Opus sound in Ogg through and learns its length, and how loud it is: of one that is encoded as phones do it, the louder stretches take
 * more bytes. Nothing is decoded, and no more than one page's head is held.
 */
export class HeardVoice extends Transform {
  readonly #sizes: number[] = []
  #head: Buffer = Buffer.alloc(0)
  /** Of the page that passes, to its end. */
  #left = 0
  #granule = 0n

  about(): AboutVoice {
    // The first two pages say what it is.
    const sizes = this.#sizes.slice(2)
    const highest = Math.max(1, ...sumsOf(sizes))
    const wave = Uint8Array.from(sumsOf(sizes), (sum) => Math.round((sum / highest) * 100))
    return { durationMs: Math.max(1, Math.round((Number(this.#granule) / RATE) * 1_000)), wave }
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hear(chunk)
    done(null, chunk)
  }

  #hear(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#left > 0) {
        const passing = Math.min(this.#left, chunk.length - at)
        this.#left -= passing
        at += passing
        continue
      }
      const wanted = this.#wantedBytes()
      const part = chunk.subarray(at, at + wanted - this.#head.length)
      this.#head = Buffer.concat([this.#head, part])
      at += part.length
      if (this.#head.length === this.#wantedBytes()) this.#page(this.#head)
    }
  }

  /** The head of a page is as long as its last byte says. */
  #wantedBytes(): number {
    return this.#head.length < PAGE_HEAD_BYTES ? PAGE_HEAD_BYTES : PAGE_HEAD_BYTES + this.#head.readUInt8(26)
  }

  #page(head: Buffer): void {
    this.#head = Buffer.alloc(0)
    if (!head.subarray(0, PAGE.length).equals(PAGE)) {
      // What follows is no sound; it passes unheard.
      this.#left = Number.MAX_SAFE_INTEGER
      return
    }
    this.#left = head.subarray(PAGE_HEAD_BYTES).reduce((sum, size) => sum + size, 0)
    const granule = head.readBigInt64LE(6)
    if (granule > this.#granule && granule < LAST_GRANULE) this.#granule = granule
    if (this.#sizes.length < MOST_PAGES) this.#sizes.push(this.#left)
  }
}

/** Shares out so many sizes among the heights. */
function sumsOf(sizes: readonly number[]): readonly number[] {
  return Array.from({ length: HEIGHTS }, (_none, index) => {
    const from = Math.floor((index * sizes.length) / HEIGHTS)
    const part = sizes.slice(from, Math.max(from + 1, Math.floor(((index + 1) * sizes.length) / HEIGHTS)))
    return part.reduce((sum, size) => sum + size, 0) / Math.max(1, part.length)
  })
}
