import { createHash } from 'node:crypto'
import { Transform, type TransformCallback } from 'node:stream'

/** What a file must be when all of it was there. */
export interface Expected {
  /** Hex. */
  readonly sha256: string
  readonly size: number
}

/** The bytes of a file are others than it was said to have. */
export class NotAsTold extends Error {}

/** Lets bytes through, and ends with an error where they are more, less or others than expected. */
export class Checked extends Transform {
  readonly #expected: Expected
  readonly #hash = createHash('sha256')
  #size = 0

  constructor(expected: Expected) {
    super()
    this.#expected = expected
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#size += chunk.length
    this.#hash.update(chunk)
    if (this.#size > this.#expected.size) done(new NotAsTold('the file is larger than was told'))
    else done(null, chunk)
  }

  override _flush(done: TransformCallback): void {
    const isRight = this.#size === this.#expected.size && this.#hash.digest('hex') === this.#expected.sha256
    done(isRight ? null : new NotAsTold('the file is not what was told'))
  }
}
