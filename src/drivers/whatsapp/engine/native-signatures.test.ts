// Truth: Node's Ed25519 answers to every key, message and signature what the signal library's own check in JavaScript answers.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { checkSignaturesNatively } from './native-signatures.ts'
import { engineIsInstalled } from './load.ts'

const skip = engineIsInstalled() ? false : 'the WhatsApp engine is not installed'

interface Plain {
  generateKeyPair(seed: Uint8Array): { readonly public: Uint8Array; readonly private: Uint8Array }
  sign(key: Uint8Array, message: Uint8Array): Uint8Array
  verify(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
}

type Check = (key: Uint8Array, message: Uint8Array, signature: Uint8Array, isInit?: boolean) => boolean

/** The library's check, of the package that it takes it from. */
function plain(): Plain {
  const require = createRequire(createRequire(createRequire(import.meta.url).resolve('baileys')).resolve('libsignal'))
  return require('curve25519-js') as Plain
}

function native(): Check {
  const curve = { verifySignature: (): boolean => false }
  checkSignaturesNatively(curve)
  return curve.verifySignature
}

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const typed = (key: Uint8Array) => Buffer.concat([Buffer.of(5), key])

describe('signatures that are checked natively', { skip }, () => {
  const check = native()

  test('are those that the library makes', () => {
    const library = plain()
    const made = fc.record({ seed: bytes(32), message: fc.uint8Array({ minLength: 1, maxLength: 200 }) })
    fc.assert(
      fc.property(made, ({ seed, message }) => {
        const pair = library.generateKeyPair(seed)
        const signature = library.sign(pair.private, message)
        assert.equal(check(typed(pair.public), message, signature), true)
        assert.equal(check(pair.public, message, signature), true)
      }),
      { numRuns: 25 },
    )
  })

  test('a flipped bit anywhere is told as the library tells it', () => {
    const library = plain()
    const flip = fc.record({ seed: bytes(32), message: bytes(40), bit: fc.nat(8 * (32 + 40 + 64) - 1) })
    fc.assert(
      fc.property(flip, ({ seed, message, bit }) => {
        const pair = library.generateKeyPair(seed)
        const all = Buffer.concat([pair.public, message, library.sign(pair.private, message)])
        all.writeUInt8(all.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
        const parts = [all.subarray(0, 32), all.subarray(32, 72), all.subarray(72)].map((part) => Uint8Array.from(part))
        const [key = all, changed = all, signature = all] = parts
        assert.equal(check(typed(key), changed, signature), library.verify(key, changed, signature))
      }),
      { numRuns: 40 },
    )
  })

  test('keys that are no points, and any bytes for a signature, are refused without a throw', () => {
    const library = plain()
    const edges = [0n, 1n, 2n ** 255n - 20n, 2n ** 255n - 19n, 2n ** 255n - 1n, 2n ** 256n - 1n].map((number) =>
      Uint8Array.from(Buffer.from(number.toString(16).padStart(64, '0'), 'hex').reverse()),
    )
    const any = fc.record({ key: fc.oneof(fc.constantFrom(...edges), bytes(32)), signature: bytes(64) })
    fc.assert(
      fc.property(any, ({ key, signature }) => {
        const message = Buffer.from('who is it?')
        assert.equal(check(typed(key), message, signature), library.verify(key, Uint8Array.from(message), signature))
      }),
      { numRuns: 40 },
    )
  })

  test('what can be no key and no signature throws, as with the library', () => {
    const [key, message, signature] = [Buffer.alloc(33, 5), Buffer.from('m'), Buffer.alloc(64)]
    assert.throws(() => check(key.subarray(2), message, signature), /Invalid public key/)
    assert.throws(() => check(Buffer.alloc(33, 6), message, signature), /Invalid public key/)
    assert.throws(() => check(key, message, signature.subarray(1)), /Invalid signature/)
    assert.equal(check(key, message, signature, true), true)
  })

  test('a module without them is told', () => {
    assert.throws(() => checkSignaturesNatively({}), TypeError)
    assert.throws(() => checkSignaturesNatively(undefined), TypeError)
  })
})
