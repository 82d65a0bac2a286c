import { randomBytes } from 'node:crypto'

import { CodeLinking } from './code-linking.ts'
import type { Codec } from './codec.ts'
import type { SocketConnection } from './connection.ts'
import { DeviceIdentity } from './device-identity.ts'
import { jidOf, server } from './jid.ts'
import { bytesOf, child } from './nodes.ts'
import type { Account, Node } from './network.ts'
import { seconds, stanzaId } from './stanza.ts'
import { LinkedDevice } from './linked-device.ts'
import type { WhatsAppNetwork } from './whatsapp-network.ts'

/** How long the first code is good, and each after it. */
export interface RefPeriods {
  readonly firstMs: number
  readonly nextMs: number
}

const refCount = 6

/** What a device said of itself when it came to be linked. */
interface Candidate {
  readonly connection: SocketConnection
  readonly noiseKey: Buffer
  readonly identity: Buffer
  readonly startedAt: number
  readonly refs: readonly string[]
  readonly timer: NodeJS.Timeout
  /** Linking with a code: by whom, and what the device has wrapped with it. */
  code: {
    readonly phone: string
    readonly ref: string
    readonly wrapped: Buffer
    finish?: (stanza: Node) => void
  } | null
  /** Awaits the answer to pair-success. */
  sign: { readonly id: string; settle(answer: Node | null): void } | null
}

/** Linking devices to accounts. A linking that cannot be is an Error with its reason, as the phone would show it. */
export class Registration {
  readonly #codec: Codec
  readonly #network: WhatsAppNetwork
  readonly #periods: RefPeriods
  readonly #candidates = new Map<SocketConnection, Candidate>()
  readonly #byRef = new Map<string, Candidate>()
  readonly #byPhone = new Map<string, Candidate>()
  /** Linkings that wait for a passkey, by phone. */
  readonly #atPasskey = new Map<string, { readonly candidate: Candidate; readonly secret: Buffer }>()
  readonly #lastDevice = new WeakMap<Account, number>()

  constructor(codec: Codec, network: WhatsAppNetwork, periods: RefPeriods) {
    this.#codec = codec
    this.#network = network
    this.#periods = periods
  }

  /** A device came that belongs to nobody: it gets the codes to show. */
  begin(connection: SocketConnection, identity: Buffer, noiseKey: Buffer): void {
    const refs = Array.from({ length: refCount }, () => `2@${randomBytes(48).toString('base64')}`)
    const { firstMs, nextMs } = this.#periods
    const timer = setTimeout(() => connection.close(), firstMs + nextMs * refCount).unref()
    const startedAt = this.#network.now()
    const candidate: Candidate = { connection, noiseKey, identity, startedAt, refs, timer, code: null, sign: null }
    this.#candidates.set(connection, candidate)
    for (const ref of refs) this.#byRef.set(ref, candidate)
    const content = refs.map((ref) => ({ tag: 'ref', attrs: {}, content: Buffer.from(ref) }))
    connection.send({
      tag: 'iq',
      attrs: { from: server, type: 'set', id: stanzaId(), xmlns: 'md' },
      content: [{ tag: 'pair-device', attrs: {}, content }],
    })
  }

  take(connection: SocketConnection, stanza: Node): void {
    const candidate = this.#candidates.get(connection)
    if (candidate === undefined || stanza.tag !== 'iq') return
    const { type, id } = stanza.attrs
    if (type === 'get' || type === 'set') return this.#takeQuery(candidate, stanza)
    if (type === 'result' && candidate.sign?.id === id) candidate.sign?.settle(stanza)
  }

  #takeQuery(candidate: Candidate, query: Node): void {
    const asked = child(query, 'link_code_companion_reg')
    const stage = asked?.attrs['stage']
    if (asked !== undefined && stage === 'companion_hello') return this.#takeHello(candidate, query, asked)
    answer(candidate, query, [])
    if (asked !== undefined && stage === 'companion_finish') candidate.code?.finish?.(asked)
  }

  gone(connection: SocketConnection): void {
    const candidate = this.#candidates.get(connection)
    if (candidate === undefined) return
    this.#candidates.delete(connection)
    clearTimeout(candidate.timer)
    for (const ref of candidate.refs) this.#byRef.delete(ref)
    const phone = candidate.code?.phone
    if (phone !== undefined && this.#byPhone.get(phone) === candidate) this.#byPhone.delete(phone)
    for (const [waiting, at] of this.#atPasskey) if (at.candidate === candidate) this.#atPasskey.delete(waiting)
    candidate.sign?.settle(null)
  }

  /** The text of a QR code: the reference, the keys of the device, and a secret that the server never sees. */
  scan(account: Account, qr: string): Promise<'linked' | 'passkey'> {
    const [ref = '', noiseKey, identity, secret = ''] = qr.slice(qr.indexOf('#') + 1).split(',')
    const candidate = this.#byRef.get(ref)
    if (candidate === undefined || this.#isOver(candidate, ref)) return Promise.reject(new Error('this code is over'))
    const isGenuine =
      candidate.noiseKey.toString('base64') === noiseKey && candidate.identity.toString('base64') === identity
    if (!isGenuine) return Promise.reject(new Error('this code is not of the device that shows it'))
    return this.#approve(account, candidate, Buffer.from(secret, 'base64'))
  }

  /** The phone and the device find a secret by means of the code, which the server never sees either. */
  async enterCode(account: Account, code: string): Promise<'linked' | 'passkey'> {
    const candidate = this.#byPhone.get(account.phone)
    const asked = candidate?.code
    if (candidate === undefined || asked === null || asked === undefined) {
      throw new Error('no device asks to be linked to this number')
    }
    const linking = new CodeLinking(this.#codec.curve, account.phoneDevice.identity)
    const wrapped = await linking.hello(code, asked.wrapped)
    const finished = new Promise<Node>((resolve, reject) => {
      asked.finish = resolve
      candidate.sign = { id: '', settle: () => reject(new Error('the device has gone')) }
    })
    candidate.connection.send(primaryHello(asked.ref, account, wrapped, this.#network.now()))
    const finish = await finished
    const identity = Buffer.from(bytesOf(child(finish, 'companion_identity_public')))
    const bundle = Buffer.from(bytesOf(child(finish, 'link_code_pairing_wrapped_key_bundle')))
    const secret = identity.equals(candidate.identity) ? linking.finish(bundle, identity) : null
    if (secret === null) throw new Error('the code is wrong')
    return this.#approve(account, candidate, secret)
  }

  async confirmPasskey(account: Account): Promise<void> {
    const waiting = this.#atPasskey.get(account.phone)
    if (waiting === undefined) throw new Error('no linking waits for a passkey')
    this.#atPasskey.delete(account.phone)
    await this.#link(account, waiting.candidate, waiting.secret)
  }

  #isOver(candidate: Candidate, ref: string): boolean {
    const { firstMs, nextMs } = this.#periods
    const goodMs = firstMs + nextMs * candidate.refs.indexOf(ref)
    return this.#network.now() > candidate.startedAt + goodMs
  }

  #takeHello(candidate: Candidate, query: Node, asked: Node): void {
    const account = this.#network.find(asked.attrs['jid'] ?? '')
    if (account === undefined) return answerError(candidate, query, 404, 'item-not-found')
    const ref = randomBytes(16).toString('base64url')
    const wrapped = Buffer.from(bytesOf(child(asked, 'link_code_pairing_wrapped_companion_ephemeral_pub')))
    candidate.code = { phone: account.phone, ref, wrapped }
    this.#byPhone.set(account.phone, candidate)
    const named = { tag: 'link_code_pairing_ref', attrs: {}, content: Buffer.from(ref) }
    const attrs = { stage: 'companion_hello' }
    answer(candidate, query, [{ tag: 'link_code_companion_reg', attrs, content: [named] }])
  }

  async #approve(account: Account, candidate: Candidate, secret: Buffer): Promise<'linked' | 'passkey'> {
    // Nobody else can scan what it shows, and it has all the time it needs.
    clearTimeout(candidate.timer)
    for (const used of candidate.refs) this.#byRef.delete(used)
    if (account.wantsPasskey) {
      this.#atPasskey.set(account.phone, { candidate, secret })
      candidate.connection.send(passkeyRequest(this.#network.now()))
      return 'passkey'
    }
    await this.#link(account, candidate, secret)
    return 'linked'
  }

  async #link(account: Account, candidate: Candidate, secret: Buffer): Promise<void> {
    const id = (this.#lastDevice.get(account) ?? 0) + 1
    this.#lastDevice.set(account, id)
    const atS = Math.floor(this.#network.now() / 1000)
    const { identity, connection, noiseKey } = candidate
    const made = new DeviceIdentity(this.#codec, account.phoneDevice.identity, { id, identity, atS })
    const signed = await new Promise<Node | null>((settle) => {
      const stanza = pairSuccess(account, id, made.sealed(secret), atS)
      candidate.sign = { id: stanza.attrs['id'] ?? '', settle }
      connection.send(stanza)
    })
    if (signed === null) throw new Error('the device has gone')
    if (!made.isSignedBack(signed)) throw new Error('the device did not sign its identity')
    const device = new LinkedDevice(account, id, noiseKey, identity)
    account.devices.set(id, device)
    connection.close({ code: '515' })
  }
}

function pairSuccess(account: Account, id: number, identity: Uint8Array, atS: number): Node {
  const jids = { jid: jidOf(account, 'pn', id), lid: jidOf(account, 'lid', id) }
  return {
    tag: 'iq',
    attrs: { from: server, type: 'set', id: stanzaId(), xmlns: 'md', t: String(atS) },
    content: [
      {
        tag: 'pair-success',
        attrs: {},
        content: [
          { tag: 'device-identity', attrs: {}, content: identity },
          { tag: 'device', attrs: jids },
          { tag: 'platform', attrs: { name: 'android' } },
        ],
      },
    ],
  }
}

function primaryHello(ref: string, account: Account, wrapped: Buffer, nowMs: number): Node {
  const content = [
    { tag: 'link_code_pairing_wrapped_primary_ephemeral_pub', attrs: {}, content: wrapped },
    { tag: 'primary_identity_pub', attrs: {}, content: account.phoneDevice.identity.public },
    { tag: 'link_code_pairing_ref', attrs: {}, content: Buffer.from(ref) },
  ]
  return {
    tag: 'notification',
    attrs: { from: server, type: 'link_code_companion_reg', id: stanzaId(), t: seconds(nowMs) },
    content: [{ tag: 'link_code_companion_reg', attrs: { stage: 'primary_hello' }, content }],
  }
}

/**
 * After the scan the server wants a passkey before it goes on. The engine knows nothing of it and nobody here has seen the real one:
 * only the type, the child's name and that it holds WebAuthn's options as JSON were reported in public; the rest is a guess.
 */
function passkeyRequest(nowMs: number): Node {
  const options = {
    challenge: randomBytes(32).toString('base64url'),
    rpId: 'whatsapp.com',
    userVerification: 'required',
  }
  const content = [{ tag: 'passkey_request_options', attrs: {}, content: Buffer.from(JSON.stringify(options)) }]
  return {
    tag: 'notification',
    attrs: { from: server, type: 'passkey_prologue_request', id: stanzaId(), t: seconds(nowMs) },
    content,
  }
}

function answer(candidate: Candidate, query: Node, content: Node[]): void {
  const attrs = { from: server, type: 'result', id: query.attrs['id'] ?? '' }
  candidate.connection.send(content.length === 0 ? { tag: 'iq', attrs } : { tag: 'iq', attrs, content })
}

function answerError(candidate: Candidate, query: Node, code: number, text: string): void {
  const content = [{ tag: 'error', attrs: { code: String(code), text } }]
  candidate.connection.send({
    tag: 'iq',
    attrs: { from: server, type: 'error', id: query.attrs['id'] ?? '' },
    content,
  })
}
