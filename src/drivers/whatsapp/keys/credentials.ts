import type { SessionHost } from '../../driver.ts'
import type { Credentials, Engine } from '../engine/engine.ts'

/** The secret that holds them; there is one exactly while a phone is linked. */
export const CREDENTIALS = 'creds'

/** The engine's list of history it has read grows with each piece; what is older than these will not be brought again. */
const KEPT_HISTORY_MARKS = 200

/** Null when no phone is linked. Rejects when they can't be read, for a new linking must not happen by mistake. */
export async function readCredentials(host: SessionHost, engine: Engine): Promise<Credentials | null> {
  const bytes = await host.secret(CREDENTIALS)
  if (bytes === null) return null
  const value: unknown = JSON.parse(Buffer.from(bytes).toString(), engine.json.reviver)
  if (!isCredentials(value)) throw new Error('the credentials of this session can not be read')
  return value
}

/** As they are kept. */
export function encodeCredentials(engine: Engine, credentials: Credentials): Uint8Array {
  const marks: unknown = credentials['processedHistoryMessages']
  const kept = Array.isArray(marks)
    ? { ...credentials, processedHistoryMessages: marks.slice(-KEPT_HISTORY_MARKS) as unknown[] }
    : credentials
  return Buffer.from(JSON.stringify(kept, engine.json.replacer))
}

/** Written by this code alone and sealed: what is checked is that it is theirs, not each field. */
function isCredentials(value: unknown): value is Credentials {
  return (
    typeof value === 'object' &&
    value !== null &&
    'noiseKey' in value &&
    'signedIdentityKey' in value &&
    'nextPreKeyId' in value &&
    typeof value.nextPreKeyId === 'number'
  )
}
