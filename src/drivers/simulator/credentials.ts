import Type from 'typebox'
import { Compile } from 'typebox/compile'

/** The name of the one secret that a session keeps. */
export const DEVICE_SECRET = 'device'

const Stored = Compile(Type.Object({ device: Type.String({ minLength: 1 }), key: Type.String({ minLength: 1 }) }))

/** What opens the channel of a linked device. */
export interface Credentials {
  readonly device: string
  readonly key: string
}

export function toBytes({ device, key }: Credentials): Uint8Array {
  return Buffer.from(JSON.stringify({ device, key }), 'utf8')
}

/** Null when these bytes are no credentials. */
export function fromBytes(bytes: Uint8Array): Credentials | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    return Stored.Check(value) ? value : null
  } catch {
    return null
  }
}
