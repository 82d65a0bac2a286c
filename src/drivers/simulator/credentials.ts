import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { checkedJson } from '../../lib/checked-json.ts'
import { fault, type Fault } from '../../model/fault.ts'
import type { SessionHost } from '../driver.ts'

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

/** What a session keeps of the network, or why it can't be opened. */
export async function readCredentials(host: SessionHost): Promise<Credentials | Fault> {
  try {
    const bytes = await host.secret(DEVICE_SECRET)
    return checkedJson(Stored, bytes) ?? fault('notLinked', 'no phone is linked')
  } catch (error) {
    host.log.warn({ error: String(error) }, 'the credentials could not be read')
    return fault('unavailable', 'the credentials could not be read')
  }
}
