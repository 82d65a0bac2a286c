import assert from 'node:assert/strict'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { WebhookReceiver, type Hit } from '../support/webhook-receiver.ts'

/** An event as its receiver has understood it. */
export interface Received {
  readonly id: string
  readonly seconds: number
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
}

/** Verifies as the specification of Standard Webhooks has it, written from there; throws on what is not genuine. */
export function verified({ headers, body }: Pick<Hit, 'headers' | 'body'>, secret: string): Received {
  const { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signatures } = headers
  assert.ok(typeof id === 'string' && /^[^.]+$/.test(id), 'webhook-id')
  assert.ok(typeof seconds === 'string' && /^\d+$/.test(seconds), 'webhook-timestamp')
  assert.ok(typeof signatures === 'string', 'webhook-signature')
  assert.match(secret, /^whsec_/)
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  assert.equal(key.length, 32)
  const wanted = createHmac('sha256', key).update(`${id}.${seconds}.${body}`, 'utf8').digest()
  const isGenuine = signatures.split(' ').some((one) => {
    const [version, encoded = ''] = one.split(',')
    const given = Buffer.from(encoded, 'base64')
    return version === 'v1' && given.length === wanted.length && timingSafeEqual(given, wanted)
  })
  assert.ok(isGenuine, 'the signature is wrong')
  assert.equal(headers['content-type'], 'application/json')
  const { type, timestamp, data } = JSON.parse(body) as { type: string; timestamp: string; data: Received['data'] }
  assert.equal(new Date(timestamp).toISOString(), timestamp)
  return { id, seconds: Number(seconds), type, data }
}

export { WebhookReceiver, type Hit }
