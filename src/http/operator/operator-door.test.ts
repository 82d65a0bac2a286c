// Truth: the operator is told from everybody else by the token alone, and whoever guesses is counted by where he really comes from.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AddressRanges } from '../../lib/address-ranges.ts'
import { isFault } from '../../model/fault.ts'
import type { RequestOrigin } from '../../lib/local-request.ts'
import { OperatorDoor } from './operator-door.ts'

const TOKEN = 'op.0123456789abcdef'

function scene() {
  const warnings: object[] = []
  const time = { now: 0 }
  const door = new OperatorDoor({
    token: TOKEN,
    trustedProxies: new AddressRanges(['10.0.0.1']),
    rateLimitScale: 1,
    clock: { now: () => time.now },
    log: { warn: (fields) => void warnings.push(fields) },
  })
  return { door, warnings, time }
}

function knock(
  authorization: string | undefined,
  from = '203.0.113.7',
  more: RequestOrigin['headers'] = {},
): RequestOrigin {
  return { headers: { ...more, ...(authorization !== undefined && { authorization }) }, remoteAddress: from }
}

function codeOf(door: OperatorDoor, asked: RequestOrigin): string {
  const found = door.admit(asked.headers, asked)
  return isFault(found) ? found.fault : found.actor
}

test('the token opens, whatever the case of Bearer; the command line is told apart by its word alone', () => {
  const { door } = scene()
  assert.equal(codeOf(door, knock(`Bearer ${TOKEN}`)), 'operator')
  assert.equal(codeOf(door, knock(`bearer  ${TOKEN}`)), 'operator')
  assert.equal(codeOf(door, knock(`Bearer ${TOKEN}`, undefined, { 'x-actor': 'cli' })), 'cli')
  assert.equal(codeOf(door, knock(`Bearer ${TOKEN}`, undefined, { 'x-actor': 'system' })), 'operator')
})

test('nothing else does', () => {
  const { door } = scene()
  const sameLength = [`Bearer ${TOKEN.slice(0, -1)}0`, `Bearer x${TOKEN.slice(1)}`, `Bearer ${TOKEN.toUpperCase()}`]
  const wrong = [undefined, '', 'Bearer', 'Bearer ', TOKEN, `Basic ${TOKEN}`, `Bearer ${TOKEN}x`, `Bearer x ${TOKEN}`]
  for (const [at, authorization] of [...wrong, ...sameLength].entries()) {
    assert.equal(codeOf(door, knock(authorization, `198.51.100.${String(at)}`)), 'unauthorized', authorization)
  }
})

test('who guesses too often is put off for a while, alone, and the right token still opens from there', () => {
  const { door, time, warnings } = scene()
  const guess = (from: string) => codeOf(door, knock('Bearer op.guess', from))
  const first = Array.from({ length: 20 }, () => guess('203.0.113.7'))
  assert.equal(first.filter((code) => code === 'unauthorized').length, 5)
  assert.equal(first.at(-1), 'rateLimited')
  assert.equal(guess('203.0.113.8'), 'unauthorized')
  assert.equal(codeOf(door, knock(`Bearer ${TOKEN}`)), 'operator')
  assert.equal(warnings.length, 2)
  time.now += 1000
  assert.equal(guess('203.0.113.7'), 'unauthorized')
  assert.ok(!JSON.stringify(warnings).includes('op.'))
})

test('behind a trusted proxy the client counts; anybody else may write what he wants', () => {
  const { door, warnings } = scene()
  const forwarded = { 'x-forwarded-for': '192.0.2.1' }
  codeOf(door, knock('Bearer op.guess', '10.0.0.1', forwarded))
  codeOf(door, knock('Bearer op.guess', '203.0.113.7', forwarded))
  assert.deepEqual(warnings, [{ address: '192.0.2.1' }, { address: '203.0.113.7' }])
})
