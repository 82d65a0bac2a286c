import { loadCodec, type Curve, type ProtoType } from './codec.ts'
import type { KeyPair } from './network.ts'
import type { ProtoMessage } from './proto-message.ts'

/** What phones use of the engine's module: messages of the protocol, the curve, and Signal over a key store of their own. */

export interface SignalAddressed {
  readonly jid: string
}

export interface SessionStart {
  readonly registrationId: number
  /** With the 0x05 prefix, as all keys here. */
  readonly identityKey: Buffer
  readonly signedPreKey: { readonly keyId: number; readonly publicKey: Buffer; readonly signature: Buffer }
  readonly preKey?: { readonly keyId: number; readonly publicKey: Buffer }
}

export interface SignalRepository {
  encryptMessage(what: SignalAddressed & { data: Buffer }): Promise<{ type: 'pkmsg' | 'msg'; ciphertext: Uint8Array }>
  decryptMessage(what: SignalAddressed & { type: string; ciphertext: Buffer }): Promise<Uint8Array>
  injectE2ESession(what: SignalAddressed & { session: SessionStart }): Promise<void>
  encryptGroupMessage(what: { group: string; meId: string; data: Buffer }): Promise<{
    ciphertext: Uint8Array
    senderKeyDistributionMessage: Uint8Array
  }>
  getSenderKeyDistributionMessage(what: { group: string; meId: string }): Promise<Uint8Array>
  decryptGroupMessage(what: { group: string; authorJid: string; msg: Buffer }): Promise<Uint8Array>
  processSenderKeyDistributionMessage(what: { item: object; authorJid: string }): Promise<void>
}

/** Reads and writes by type and id, as the engine asks of its auth state. */
export interface KeyStore {
  get(type: string, ids: readonly string[]): Promise<Record<string, unknown>>
  set(data: Record<string, Record<string, unknown>>): Promise<void>
  transaction<T>(work: () => Promise<T>): Promise<T>
}

export interface Credentials {
  readonly registrationId: number
  readonly signedIdentityKey: KeyPair
  readonly signedPreKey: { readonly keyId: number; readonly keyPair: KeyPair; readonly signature: Uint8Array }
}

interface PhoneEngine {
  readonly curve: Curve
  readonly message: ProtoType & { toObject(message: object, options: object): ProtoMessage }
  readonly mediaRetry: ProtoType
  makeSignalRepository(auth: { creds: Credentials; keys: KeyStore }, logger: object): SignalRepository
}

async function load(): Promise<PhoneEngine> {
  const { curve, proto, defaults } = await loadCodec()
  const { makeSignalRepository } = defaults as unknown as Pick<PhoneEngine, 'makeSignalRepository'>
  const message = proto.Message as PhoneEngine['message']
  return { curve, message, mediaRetry: required(proto['MediaRetryNotification']), makeSignalRepository }
}

function required(type: ProtoType | undefined): ProtoType {
  if (type === undefined) throw new Error('the engine has no MediaRetryNotification')
  return type
}

// Phones are made without waiting, so the engine is there before the first; where it isn't installed nobody makes one.
const engine = await load().catch(() => undefined)

/** Throws when the engine is not installed. */
export function phoneEngine(): PhoneEngine {
  if (engine === undefined) throw new Error('the WhatsApp engine is not installed')
  return engine
}

/** With the padding that hides the length. */
export function encodeMessage(message: ProtoMessage): Buffer {
  const bytes = phoneEngine().message.encode(message).finish()
  const pad = 1 + (bytes.length % 16)
  return Buffer.concat([bytes, Buffer.alloc(pad, pad)])
}

/** Throws on what is no message. */
export function decodeMessage(padded: Uint8Array): ProtoMessage {
  const pad = padded.at(-1) ?? 0
  if (pad === 0 || pad > padded.length) throw new Error('the padding of a message is wrong')
  const { message } = phoneEngine()
  return message.toObject(message.decode(padded.subarray(0, -pad)), { longs: Number })
}
