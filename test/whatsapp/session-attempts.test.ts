// Truth: what two parties of the signal protocol can read of each other, by the engine's own library with our hooks.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { engineIsInstalled } from '../../src/drivers/whatsapp/engine/load.ts'
import { undoFailedAttempts } from '../../src/drivers/whatsapp/engine/session-attempts.ts'

const skip = engineIsInstalled() ? false : 'the WhatsApp engine is not installed'
const ONE = '100001:1@lid'
const OTHER = '100002:1@lid'

describe('two sessions with one device', { skip }, () => {
  test('what still comes on the older one leaves the newer one as it is', async () => {
    const { PhoneSignal, takeKeys } = await import('../fakes/whatsapp/signal.ts')
    const [one, other] = [new PhoneSignal(ONE), new PhoneSignal(OTHER)]
    let told = 0
    const tell = async (from: typeof one, to: typeof one) => {
      const [fromJid, toJid] = from === one ? [ONE, OTHER] : [OTHER, ONE]
      const words = `words ${String((told += 1))}`
      const cipher = await from.encrypt(toJid, Buffer.from(words))
      const plain = await to.decrypt(fromJid, from.identity.public, cipher)
      assert.equal(Buffer.from(plain).toString(), words)
    }
    await other.start(ONE, takeKeys(one.bundle()))
    await tell(other, one)
    await tell(one, other)
    // As the engine does when it hears of a device again, the session that is there notwithstanding.
    await one.start(OTHER, takeKeys(other.bundle()))
    await tell(other, one)
    await tell(other, one)
    for (const [from, to] of [...Array<[typeof one, typeof one]>(3).fill([one, other]), [other, one] as const])
      await tell(from, to)
  })
})

test('another library is noticed', () => {
  for (const cipher of [undefined, {}, () => undefined, Date])
    assert.throws(() => undoFailedAttempts(cipher), TypeError)
})
