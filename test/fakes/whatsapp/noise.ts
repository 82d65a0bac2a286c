import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto'

import type { Codec } from './codec.ts'
import { intermediateKey, rootKey, serverKey } from './root-key.ts'

const protocolName = Buffer.from('Noise_XX_25519_AESGCM_SHA256\0\0\0\0')
/** `WA`, then the versions of the protocol and of its dictionary. */
export const header = Buffer.from([0x57, 0x41, 6, 3])
const tagLength = 16
const nothing = Buffer.alloc(0)

/** The server's side of Noise_XX_25519_AESGCM_SHA256, for one connection: `hello`, `finish`, then `seal` and `open` for each frame. */
export class NoiseResponder {
  readonly #codec: Codec
  readonly #ephemeral
  #hash: Buffer = protocolName
  #salt: Buffer = protocolName
  #key: Buffer = protocolName
  #counter = 0
  #sealing: Buffer = nothing
  #opening: Buffer = nothing
  #sealed = 0
  #opened = 0

  constructor(codec: Codec) {
    this.#codec = codec
    this.#ephemeral = codec.curve.generateKeyPair()
    this.#mixHash(header)
  }

  /** Takes the client's first message, gives the answer. */
  hello(message: Uint8Array): Uint8Array {
    const { HandshakeMessage } = this.#codec.proto
    const { clientHello } = HandshakeMessage.decode(message) as { clientHello?: { ephemeral?: Uint8Array } }
    const theirs = clientHello?.ephemeral
    if (theirs === undefined) throw new Error('no client hello')
    this.#mixHash(theirs)
    this.#mixHash(this.#ephemeral.public)
    this.#mixKey(this.#codec.curve.sharedKey(this.#ephemeral.private, theirs))
    const sealedStatic = this.#encryptHandshake(serverKey.public)
    this.#mixKey(this.#codec.curve.sharedKey(serverKey.private, theirs))
    const payload = this.#encryptHandshake(certificateChain(this.#codec))
    return HandshakeMessage.encode(
      HandshakeMessage.fromObject({
        serverHello: { ephemeral: this.#ephemeral.public, static: sealedStatic, payload },
      }),
    ).finish()
  }

  /** Takes the client's last message: its static key, and what it wants to log in with. */
  finish(message: Uint8Array): { readonly noiseKey: Buffer; readonly payload: Buffer } {
    const { clientFinish } = this.#codec.proto.HandshakeMessage.decode(message) as {
      clientFinish?: { static?: Uint8Array; payload?: Uint8Array }
    }
    if (clientFinish?.static === undefined || clientFinish.payload === undefined) throw new Error('no client finish')
    const noiseKey = this.#decryptHandshake(clientFinish.static)
    this.#mixKey(this.#codec.curve.sharedKey(this.#ephemeral.private, noiseKey))
    const payload = this.#decryptHandshake(clientFinish.payload)
    // The client's writing key comes first.
    ;[this.#opening, this.#sealing] = derive(nothing, this.#salt)
    return { noiseKey, payload }
  }

  seal(plain: Uint8Array): Buffer {
    return encrypt(this.#sealing, this.#sealed++, plain, nothing)
  }

  open(sealed: Uint8Array): Buffer {
    return decrypt(this.#opening, this.#opened++, sealed, nothing)
  }

  #mixHash(bytes: Uint8Array): void {
    this.#hash = createHash('sha256').update(this.#hash).update(bytes).digest()
  }

  #mixKey(secret: Uint8Array): void {
    ;[this.#salt, this.#key] = derive(secret, this.#salt)
    this.#counter = 0
  }

  #encryptHandshake(plain: Uint8Array): Buffer {
    const sealed = encrypt(this.#key, this.#counter++, plain, this.#hash)
    this.#mixHash(sealed)
    return sealed
  }

  #decryptHandshake(sealed: Uint8Array): Buffer {
    const plain = decrypt(this.#key, this.#counter++, sealed, this.#hash)
    this.#mixHash(sealed)
    return plain
  }
}

function derive(secret: Uint8Array, salt: Uint8Array): [Buffer, Buffer] {
  const bytes = Buffer.from(hkdfSync('sha256', secret, salt, nothing, 64))
  return [bytes.subarray(0, 32), bytes.subarray(32)]
}

function nonce(counter: number): Buffer {
  const bytes = Buffer.alloc(12)
  bytes.writeUInt32BE(counter, 8)
  return bytes
}

function encrypt(key: Buffer, counter: number, plain: Uint8Array, additional: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce(counter))
  cipher.setAAD(additional)
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: Buffer, counter: number, sealed: Uint8Array, additional: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce(counter))
  decipher.setAAD(additional)
  decipher.setAuthTag(sealed.subarray(sealed.length - tagLength))
  return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - tagLength)), decipher.final()])
}

let chain: Uint8Array | undefined

/** The same for each connection: the root signs the intermediate key, which signs the server's. */
function certificateChain(codec: Codec): Uint8Array {
  return (chain ??= makeChain(codec))
}

function makeChain(codec: Codec): Uint8Array {
  const { CertChain } = codec.proto
  const { Details } = CertChain.NoiseCertificate
  const signed = (details: object, signer: Uint8Array) => {
    const bytes = Details.encode(Details.fromObject(details)).finish()
    return { details: bytes, signature: codec.curve.sign(signer, bytes) }
  }
  const intermediate = { serial: 1, issuerSerial: codec.trusted.SERIAL, key: intermediateKey.public }
  const leaf = { serial: 2, issuerSerial: intermediate.serial, key: serverKey.public }
  return CertChain.encode(
    CertChain.fromObject({
      intermediate: signed(intermediate, rootKey.private),
      leaf: signed(leaf, intermediateKey.private),
    }),
  ).finish()
}
