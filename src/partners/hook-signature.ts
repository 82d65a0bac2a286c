import { createHmac } from 'node:crypto'
import type { Random } from '../lib/random.ts'
import type { EpochMs } from '../model/ids.ts'

const PREFIX = 'whsec_'
const SECRET_BYTES = 32

/** A new secret as Standard Webhooks writes it: `whsec_` and base64. */
export function makeHookSecret(random: Random): string {
  return PREFIX + random.bytes(SECRET_BYTES).toString('base64')
}

/** The headers that let a receiver make sure that an event is ours and of this moment. */
export function signedHeaders(secret: string, id: string, body: string, now: EpochMs): [string, string][] {
  const seconds = String(Math.floor(now / 1000))
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')
  return [
    ['webhook-id', id],
    ['webhook-timestamp', seconds],
    ['webhook-signature', `v1,${signature}`],
  ]
}
