import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { checkedJson } from '../../lib/checked-json.ts'
import { fault, type Fault } from '../../model/fault.ts'
import type { EpochMs } from '../../model/ids.ts'
import type { SessionHost } from '../driver.ts'
import { DEVICE_ID, makeDeviceId, readDeviceId } from './identity.ts'

/** Under which secrets an instance keeps its link: the token of its device, and from where its next login goes on. */
export const TOKEN = 'token'
export const SYNC = 'sync'

/** What the next login need not bring again. */
interface Sync {
  /** A time of the network's; 0: nothing was brought yet. */
  readonly time: EpochMs
  /** Of the settings that the network tells with a login. */
  readonly configHash?: string
}

export interface Credentials {
  readonly token: string
  readonly sync: Sync
}

export const FROM_THE_START: Sync = { time: 0 }
const Kept = Compile(Type.Object({ time: Type.Integer({ minimum: 0 }), configHash: Type.Optional(Type.String()) }))

/** What a session keeps of its link, or why it can't be opened. */
export async function credentialsOf(host: SessionHost): Promise<Credentials | Fault> {
  try {
    const token = await host.secret(TOKEN)
    if (token === null || token.length === 0) return fault('notLinked', 'no phone is linked')
    // What is not as it was kept costs a login that brings everything.
    const sync = checkedJson(Kept, await host.secret(SYNC)) ?? FROM_THE_START
    return { token: Buffer.from(token).toString(), sync }
  } catch (error) {
    host.log.warn({ idInstance: host.instance, error: String(error) }, 'the link could not be read')
    return fault('unavailable', 'the credentials could not be read')
  }
}

/** The instance's device id, which is kept before it is shown for the first time. */
export async function deviceIdOf(host: SessionHost): Promise<string> {
  const kept = readDeviceId(await host.secret(DEVICE_ID))
  if (kept !== null) return kept
  const made = makeDeviceId(host.random)
  await host.commit({ secrets: new Map([[DEVICE_ID, Buffer.from(made)]]) })
  return made
}

export function bytesOfSync(sync: Sync): Uint8Array {
  return Buffer.from(JSON.stringify(sync))
}
