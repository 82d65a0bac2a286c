import { randomInt } from 'node:crypto'
import { child, bytesOf } from './nodes.ts'
import { phoneEngine, type KeyStore, type SessionStart, type SignalRepository } from './phone-engine.ts'
import type { KeyBundle, KeyPair, Node } from './network.ts'
import { bigEndian, numberOf } from './stanza.ts'

/** The Signal side of one phone: its identity, its keys, its sessions with devices, and the keys of groups. All in memory. */

export interface Cipher {
  readonly type: 'pkmsg' | 'msg' | 'skmsg'
  readonly bytes: Uint8Array
}

const KEY_TYPE = Buffer.from([5])
const SIGNED_KEY_ID = 1
/** One-time keys have three bytes on the wire. */
const LAST_KEY_ID = 0xffffff

const silent: object = {
  level: 'silent',
  trace: skip,
  debug: skip,
  info: skip,
  warn: skip,
  error: skip,
  child: () => silent,
}
function skip(): void {
  // Nobody reads what the engine says about a phone.
}

/** Addresses are lid jids with the device, so that a person who is written to by number and by lid is one. */
export class PhoneSignal {
  readonly #jid: string
  readonly #keys = new MemoryKeys()
  #own: Own | undefined
  #lastKeyId = randomInt(1, LAST_KEY_ID >> 1)

  /** Keys are made at first use: making them costs more than the rest of a phone. */
  constructor(jid: string) {
    this.#jid = jid
  }

  get identity(): KeyPair {
    return this.#mine.identity
  }

  /** Always with a one-time key that was not handed out yet. */
  bundle(): KeyBundle {
    const { bundle } = this.#mine
    if (bundle.oneTime.size === 0) this.#makeOneTimeKey(bundle)
    return bundle
  }

  /** What a receipt that asks for a message again carries: the registration and fresh keys. */
  retryKeys(): Node[] {
    const bundle = this.bundle()
    const [[id, key] = [0, KEY_TYPE]] = bundle.oneTime
    bundle.oneTime.delete(id)
    const leaf = (tag: string, content: Uint8Array): Node => ({ tag, attrs: {}, content })
    const { signed } = bundle
    const signedKey = [
      leaf('id', bigEndian(signed.id, 3)),
      leaf('value', signed.key),
      leaf('signature', signed.signature),
    ]
    const content = [
      leaf('type', KEY_TYPE),
      leaf('identity', bundle.identity),
      { tag: 'key', attrs: {}, content: [leaf('id', bigEndian(id, 3)), leaf('value', key)] },
      { tag: 'skey', attrs: {}, content: signedKey },
    ]
    return [leaf('registration', bigEndian(bundle.registrationId, 4)), { tag: 'keys', attrs: {}, content }]
  }

  /** Whether there is a session; with an identity: one with that identity. */
  knows(address: string, identity?: Uint8Array): boolean {
    const known = this.#mine.identities.get(address)
    return known !== undefined && (identity === undefined || Buffer.compare(known, identity) === 0)
  }

  async start(address: string, keys: SessionStart): Promise<void> {
    await this.#mine.repository.injectE2ESession({ jid: address, session: keys })
    this.#mine.identities.set(address, keys.identityKey.subarray(1))
  }

  async encrypt(address: string, plain: Buffer): Promise<Cipher> {
    const { type, ciphertext } = await this.#mine.repository.encryptMessage({ jid: address, data: plain })
    return { type, bytes: ciphertext }
  }

  /** Rejects when it can't be read; the sessions are as before then. */
  async decrypt(address: string, identity: Uint8Array, { type, bytes }: Cipher): Promise<Uint8Array> {
    const what = { jid: address, type, ciphertext: Buffer.from(bytes) }
    const plain = await this.#mine.repository.decryptMessage(what)
    this.#mine.identities.set(address, identity)
    return plain
  }

  /** The text under the phone's key of the group, and the key, made if there is none, as it was before this message. */
  async encryptToGroup(group: string, plain: Buffer): Promise<{ cipher: Cipher; senderKey: Uint8Array }> {
    const what = { group, meId: this.#jid, data: plain }
    const { ciphertext, senderKeyDistributionMessage } = await this.#mine.repository.encryptGroupMessage(what)
    return { cipher: { type: 'skmsg', bytes: ciphertext }, senderKey: senderKeyDistributionMessage }
  }

  async senderKey(group: string): Promise<Uint8Array> {
    return await this.#mine.repository.getSenderKeyDistributionMessage({ group, meId: this.#jid })
  }

  /** The next message to the group is under a new key. */
  forgetSenderKey(group: string): void {
    this.#keys.forget('sender-key', `${group}::${signalName(this.#jid)}`)
  }

  async takeSenderKey(address: string, item: object): Promise<void> {
    await this.#mine.repository.processSenderKeyDistributionMessage({ item, authorJid: address })
  }

  async decryptFromGroup(group: string, address: string, bytes: Uint8Array): Promise<Uint8Array> {
    return await this.#mine.repository.decryptGroupMessage({ group, authorJid: address, msg: Buffer.from(bytes) })
  }

  /** Sessions and group keys of one address, or all. */
  forget(address?: string): void {
    if (address === undefined) {
      this.#keys.forgetAll('session')
      this.#keys.forgetAll('sender-key')
      this.#mine.identities.clear()
      return
    }
    const name = signalName(address)
    this.#keys.forget('session', name.replace('::', '.'))
    this.#keys.forgetEnding('sender-key', `::${name}`)
    this.#mine.identities.delete(address)
  }

  get #mine(): Own {
    return (this.#own ??= makeOwn(this.#keys))
  }

  #makeOneTimeKey(bundle: KeyBundle): void {
    this.#lastKeyId = (this.#lastKeyId % LAST_KEY_ID) + 1
    const pair = phoneEngine().curve.generateKeyPair()
    this.#keys.put('pre-key', String(this.#lastKeyId), pair)
    bundle.oneTime.set(this.#lastKeyId, pair.public)
  }
}

interface Own {
  readonly identity: KeyPair
  readonly bundle: KeyBundle
  readonly repository: SignalRepository
  /** Of those with whom there are sessions. */
  readonly identities: Map<string, Uint8Array>
}

function makeOwn(keys: KeyStore): Own {
  const engine = phoneEngine()
  const { curve } = engine
  const identity = curve.generateKeyPair()
  const signed = curve.generateKeyPair()
  const signature = curve.sign(identity.private, prefixed(signed.public))
  const registrationId = randomInt(1, 0x3fff)
  const creds = {
    registrationId,
    signedIdentityKey: identity,
    signedPreKey: { keyId: SIGNED_KEY_ID, keyPair: signed, signature },
  }
  const bundle = {
    registrationId,
    identity: identity.public,
    signed: { id: SIGNED_KEY_ID, key: signed.public, signature },
    oneTime: new Map<number, Uint8Array>(),
  }
  return { identity, bundle, repository: engine.makeSignalRepository({ creds, keys }, silent), identities: new Map() }
}

/** The keys by which a session with a device starts. Takes one of its one-time keys, if there is any left. */
export function takeKeys(bundle: KeyBundle): SessionStart {
  const [oneTime] = bundle.oneTime
  if (oneTime !== undefined) bundle.oneTime.delete(oneTime[0])
  return {
    registrationId: bundle.registrationId,
    identityKey: prefixed(bundle.identity),
    signedPreKey: signedKey(bundle.signed.id, bundle.signed.key, bundle.signed.signature),
    ...(oneTime !== undefined && { preKey: { keyId: oneTime[0], publicKey: prefixed(oneTime[1]) } }),
  }
}

/** The keys that a device's receipt brings to start anew with; undefined when it brings none. */
export function keysOfRetry(receipt: Node): SessionStart | undefined {
  const keys = child(receipt, 'keys')
  const signed = child(keys, 'skey')
  const oneTime = child(keys, 'key')
  if (keys === undefined || signed === undefined) return undefined
  const value = (node: Node) => bytesOf(child(node, 'value'))
  return {
    registrationId: numberOf(child(receipt, 'registration')),
    identityKey: prefixed(bytesOf(child(keys, 'identity'))),
    signedPreKey: signedKey(numberOf(child(signed, 'id')), value(signed), bytesOf(child(signed, 'signature'))),
    ...(oneTime !== undefined && {
      preKey: { keyId: numberOf(child(oneTime, 'id')), publicKey: prefixed(value(oneTime)) },
    }),
  }
}

function signedKey(keyId: number, key: Uint8Array, signature: Uint8Array): SessionStart['signedPreKey'] {
  return { keyId, publicKey: prefixed(key), signature: Buffer.from(signature) }
}

function prefixed(key: Uint8Array): Buffer {
  return Buffer.concat([KEY_TYPE, key])
}

/** How the engine names a lid's device in its key store: `<lid>_1::<device>`. */
function signalName(address: string): string {
  const [, lid = '', device = '0'] = /^(\d+)(?::(\d+))?@lid$/.exec(address) ?? []
  return `${lid}_1::${device}`
}

/** Keys in memory; nothing here ever waits. */
class MemoryKeys implements KeyStore {
  readonly #types = new Map<string, Map<string, unknown>>()

  get(type: string, ids: readonly string[]): Promise<Record<string, unknown>> {
    const kept = this.#of(type)
    const found: Record<string, unknown> = {}
    for (const id of ids) {
      const value = kept.get(id)
      if (value !== undefined) found[id] = value
    }
    return Promise.resolve(found)
  }

  set(data: Record<string, Record<string, unknown>>): Promise<void> {
    for (const [type, values] of Object.entries(data))
      for (const [id, value] of Object.entries(values)) this.put(type, id, value)
    return Promise.resolve()
  }

  transaction<T>(work: () => Promise<T>): Promise<T> {
    return work()
  }

  put(type: string, id: string, value: unknown): void {
    if (value === null || value === undefined) this.#of(type).delete(id)
    else this.#of(type).set(id, value)
  }

  forget(type: string, id: string): void {
    this.#of(type).delete(id)
  }

  forgetEnding(type: string, end: string): void {
    for (const id of this.#of(type).keys()) if (id.endsWith(end)) this.forget(type, id)
  }

  forgetAll(type: string): void {
    this.#of(type).clear()
  }

  #of(type: string): Map<string, unknown> {
    const kept = this.#types.get(type) ?? new Map<string, unknown>()
    this.#types.set(type, kept)
    return kept
  }
}
