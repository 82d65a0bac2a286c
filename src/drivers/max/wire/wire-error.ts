/**
 * What is wrong with bytes of the wire, or with what was to become such.
 * truncated: they end too early. malformed: they are not what the format allows. tooLarge, tooDeep, tooMany: they would come to more than is
 * taken, in bytes, in levels or in values. packing: they are packed in a way that nobody has seen here yet.
 */
export type WireTrouble = 'truncated' | 'malformed' | 'tooLarge' | 'tooDeep' | 'tooMany' | 'packing'

/** The one error that reading and writing of the wire throws. It never holds what was read. */
export class WireError extends Error {
  readonly trouble: WireTrouble

  constructor(trouble: WireTrouble, message: string) {
    super(message)
    this.name = 'WireError'
    this.trouble = trouble
  }
}
