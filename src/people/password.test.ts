// Truth: what `Passwords` says of itself; scrypt is Node's own.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from '../lib/random.ts'
import { isFault } from '../model/fault.ts'
import { passwordFault, Passwords } from './password.ts'

const passwords = new Passwords(10, systemRandom)

test('a password is right however its signs are written, and no other is', async () => {
  const kept = await passwords.hash('caf\u00e9 au lait')
  assert.ok(typeof kept === 'string' && kept.startsWith('s1$10$'))
  assert.equal(await passwords.isRight('cafe\u0301 au lait', kept), true)
  for (const wrong of ['cafe au lait', 'caf\u00e9 au lait ', '']) {
    assert.equal(await passwords.isRight(wrong, kept), false)
  }
  assert.notEqual(await passwords.hash('caf\u00e9 au lait'), kept, 'each has a salt of its own')
  for (const nothing of [undefined, '', 's1$10$x$y']) assert.equal(await passwords.isRight('', nothing), false)
})

test('a hash of another cost goes on, and is told to be outdated', async () => {
  const dearer = new Passwords(11, systemRandom)
  const kept = await passwords.hash('correct horse')
  assert.ok(typeof kept === 'string')
  assert.equal(await dearer.isRight('correct horse', kept), true)
  assert.deepEqual([passwords.isOutdated(kept), dearer.isOutdated(kept)], [false, true])
})

test('a flood is refused beyond a short line', async () => {
  const tries = await Promise.all(Array.from({ length: 60 }, () => passwords.isRight('x', undefined)))
  assert.equal(tries.filter(isFault).length, 28)
  assert.equal(await passwords.isRight('x', undefined), false)
})

test('what is too short, too long or too plain is not taken', () => {
  const email = 'ann@example.com'
  for (const bad of ['short', 'x'.repeat(201), 'aaaaaaaaaaaa', 'abababababab', 'Ann@Example.com']) {
    assert.equal(passwordFault(bad, email)?.fault, 'invalid', bad)
  }
  for (const good of [
    'ten signs!',
    '\u043f\u0430\u0440\u043e\u043b\u044c-\u0434\u043b\u0438\u043d\u043d\u044b\u0439',
    'abcdefghij'.repeat(20),
  ]) {
    assert.equal(passwordFault(good, email), undefined, good)
  }
})
