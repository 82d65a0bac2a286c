// Truth: the example that the libraries of Standard Webhooks verify themselves with, and RFC 4648 for base64.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from '../lib/random.ts'
import { makeHookSecret, signedHeaders } from './hook-signature.ts'

test('an event is signed as Standard Webhooks says', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek'
  assert.deepEqual(signedHeaders(secret, id, '{"test": 2432232314}', 1_614_265_330_999), [
    ['webhook-id', id],
    ['webhook-timestamp', '1614265330'],
    ['webhook-signature', 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='],
  ])
})

test('a secret has 32 random bytes', () => {
  const secrets = [makeHookSecret(systemRandom), makeHookSecret(systemRandom)]
  assert.notEqual(secrets[0], secrets[1])
  for (const secret of secrets) assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
})
