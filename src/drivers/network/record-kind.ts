/** How records of one sort are kept: short JSON, read back by a schema. What does not fit it is as if it were not there. */
export interface RecordKind<T> {
  readonly prefix: string
  encode(value: T): Uint8Array
  decode(bytes: Uint8Array): T | null
}

export function packed(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value))
}
