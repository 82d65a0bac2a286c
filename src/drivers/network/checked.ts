import { createHash } from 'node:crypto'
import { Transform, type TransformCallback } from 'node:stream'
import { isWithoutHash } from '../../model/hashless-files.ts'

/** What a file must be when all of it was there. */
export interface Expected {
  /** Hex; where nobody told it, only the size can be looked at. */
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
    const { size, sha256 } = this.#expected
    const isRight = this.#size === size && (isWithoutHash(sha256) || this.#hash.digest('hex') === sha256)
    done(isRight ? null : new NotAsTold('the file is not what was told'))
  }
}
