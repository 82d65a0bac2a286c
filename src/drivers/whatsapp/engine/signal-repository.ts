import type { EventEmitter } from 'node:events'
import type { SessionHost } from '../../driver.ts'
import { CREDENTIALS } from '../keys/credentials.ts'
import type { DurableStore } from '../keys/session-store.ts'
import { isPerson, plainJid } from '../jids.ts'
import type { ReadPlain } from '../life.ts'
import { SmallCache, type EngineCache } from '../socket-caches.ts'
import type { BinaryNode, Credentials, Engine, EngineLog, SignalAuth, SignalRepository } from './engine.ts'
import { keptAside } from './kept-aside.ts'
import { maskedTrouble } from './log.ts'
import type { WaMessage } from './proto.ts'
import { TurnCache } from './turn-cache.ts'

/**
 * What to do about a stanza that could not be decrypted, before the engine asks for it again; a rejection ends the socket. `known`: it was
 * read and committed before, so it is acknowledged and not asked for. What is to be kept about it is committed by the one who is asked.
 */
export type NotDecrypted = (stanza: BinaryNode, trouble: Error) => Promise<'known' | 'missing' | undefined>

export interface RepositoryParts {
  readonly host: SessionHost
  readonly engine: Engine
  readonly store: DurableStore
  readonly credentials: Credentials
  readonly readPlain: ReadPlain
  readonly notDecrypted?: NotDecrypted
  /** What the engine is to be given instead of what was decrypted, without its padding; undefined: that. */
  readonly insteadOf?: (stanza: BinaryNode, plain: Uint8Array) => Uint8Array | undefined
  /** Told once for each ciphertext that the ratchets had: what it held is kept, or given up. */
  readonly dealtWith?: (stanza: BinaryNode) => void
  /** Ends the socket. */
  readonly fail: (why: string) => void
}

const MISSING_HELD = 64
/** An empty message with its padding. */
const NOTHING_TO_READ = Uint8Array.of(1)

/** The engine's way to the ratchets, with everything about a stanza in one transaction. One per socket. */
export class SignalHook {
  readonly #parts: RepositoryParts
  /** By the very buffer that the engine hands to the ratchet. */
  readonly #stanzas = new WeakMap<Uint8Array, BinaryNode>()
  readonly #missing = new SmallCache(MISSING_HELD)
  #takeSenderKey: SignalRepository['processSenderKeyDistributionMessage'] | undefined
  #isInPlace = false

  constructor(parts: RepositoryParts) {
    this.#parts = parts
  }

  /** Whether the engine took it. */
  get isInPlace(): boolean {
    return this.#isInPlace
  }

  /** Notes which stanza each ciphertext came in, before the engine's own listener sees it. */
  follow(ws: EventEmitter): void {
    ws.prependListener('CB:message', (stanza: BinaryNode) => {
      for (const child of Array.isArray(stanza.content) ? stanza.content : []) {
        if (child.tag === 'enc' && child.content instanceof Uint8Array) this.#stanzas.set(child.content, stanza)
      }
    })
  }

  /**
   * For `makeSignalRepository`. The engine has one mutex per jid, although sending and receiving change the same records, and lets a
   * nested transaction join without its own: with a store that takes its time the later commit overwrites a ratchet step of the earlier
   * one, and messages can't be decrypted any more. Its transactions become the store's, before anything uses them.
   */
  readonly makeRepository = (auth: SignalAuth, log: EngineLog, toLid: unknown): SignalRepository => {
    const { engine, store } = this.#parts
    Object.assign(auth.keys, store.keys)
    const repository = engine.makeSignalRepository(auth, log, toLid)
    if (!('mappingCache' in repository.lidMapping)) throw new Error('the engine keeps its numbers in another way')
    repository.lidMapping.mappingCache = new TurnCache()
    const decryptMessage = repository.decryptMessage.bind(repository)
    const decryptGroupMessage = repository.decryptGroupMessage.bind(repository)
    this.#takeSenderKey = repository.processSenderKeyDistributionMessage.bind(repository)
    this.#isInPlace = true
    return Object.assign(repository, {
      decryptMessage: (of: Parameters<SignalRepository['decryptMessage']>[0]) =>
        this.#decrypt(of.ciphertext, () => decryptMessage(of)),
      decryptGroupMessage: (of: Parameters<SignalRepository['decryptGroupMessage']>[0]) =>
        this.#decrypt(of.msg, () => decryptGroupMessage(of)),
      // Each was taken with the message that brought it.
      processSenderKeyDistributionMessage: () => Promise.resolve(),
    })
  }

  /**
   * The cache of what the engine asked our phone for. Before it asks somebody to send again what could not be decrypted it would wait two
   * seconds, in which nothing else of the session is read, to ask the phone too, and would read the answer past us: of such a message it
   * finds here that the phone was asked.
   */
  askingThePhone(cache: EngineCache): EngineCache {
    return {
      get: (id) => (this.#missing.get(id) === true ? true : cache.get(id)),
      set: (id, value) => cache.set(id, value),
      del: (id) => cache.del(id),
      flushAll: () => cache.flushAll(),
    }
  }

  /** The ratchet's step and what the message says are one commit. Only then the engine goes on, to acknowledge it. */
  async #decrypt(ciphertext: Uint8Array, decrypt: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const stanza = this.#stanzas.get(ciphertext)
    try {
      return await this.#decryptIn(stanza, decrypt)
    } finally {
      if (stanza !== undefined) this.#parts.dealtWith?.(stanza)
    }
  }

  async #decryptIn(stanza: BinaryNode | undefined, decrypt: () => Promise<Uint8Array>): Promise<Uint8Array> {
    let trouble: Error | undefined
    const plain = await this.#parts.store
      .atomically(async () => {
        const padded = await decrypt().catch((why: unknown) => {
          throw (trouble = asError(why))
        })
        await this.#stage(stanza, unpadded(padded))
        return padded
      })
      .catch((why: unknown) => {
        // A commit that failed has ended the socket; the network brings the stanza again.
        if (trouble === undefined) throw why
        return undefined
      })
    if (plain !== undefined) return this.#forEngine(stanza, plain)
    return this.#notDecrypted(stanza, trouble ?? new Error('not decrypted'))
  }

  #forEngine(stanza: BinaryNode | undefined, padded: Uint8Array): Uint8Array {
    const other = stanza && this.#parts.insteadOf?.(stanza, unpadded(padded))
    return other === undefined ? padded : Buffer.concat([other, NOTHING_TO_READ])
  }

  async #stage(stanza: BinaryNode | undefined, plain: Uint8Array): Promise<void> {
    const { store, host, readPlain } = this.#parts
    try {
      if (stanza === undefined) throw new Error('a decrypted message came in no stanza')
      await this.#takeKeys(stanza, plain)
      store.stage(await readPlain(stanza, plain))
    } catch (trouble) {
      // Where the store can't even be read it is its fault: nothing is committed, and the message comes again.
      await host.secret(CREDENTIALS)
      const stanzaId = stanza?.attrs['id']
      host.log.error(
        { stanza: stanzaId, type: stanza?.attrs['type'], trouble: maskedTrouble(trouble) },
        'a message could not be read and is kept aside',
      )
      store.stage(keptAside(stanza, plain, host.clock))
    }
  }

  /**
   * Keys come once. The engine takes them only when the message that brings them is committed, and the network's next try would then be
   * one that was read before: a crash between the two would lose them for good.
   */
  async #takeKeys(stanza: BinaryNode, plain: Uint8Array): Promise<void> {
    const message = decoded(this.#parts.engine, plain)
    await this.#takeSenderKeyIn(stanza, message)
    await this.#takeAppStateKeys(stanza, message)
  }

  /** With which its author writes to a group. */
  async #takeSenderKeyIn({ attrs }: BinaryNode, message: WaMessage): Promise<void> {
    const item = (message.deviceSentMessage?.message ?? message).senderKeyDistributionMessage
    // As the engine names them.
    const authorJid = isPerson(plainJid(attrs['from'])) ? attrs['from'] : attrs['participant']
    if (!item || authorJid === undefined) return
    try {
      await this.#takeSenderKey?.({ authorJid, item })
    } catch (trouble) {
      this.#parts.host.log.info({ stanza: attrs['id'], trouble: maskedTrouble(trouble) }, 'a key of a group is none')
    }
  }

  /** Our phone tells them. */
  async #takeAppStateKeys(stanza: BinaryNode, message: WaMessage): Promise<void> {
    const { store, credentials } = this.#parts
    if (stanza.attrs['category'] !== 'peer' || !isOwn(stanza.attrs['from'], credentials)) return
    const keys = message.protocolMessage?.appStateSyncKeyShare?.keys ?? []
    for (const { keyId, keyData } of keys) {
      const id = keyId?.keyId
      if (!id || !keyData) continue
      const name = Buffer.from(id).toString('base64')
      await store.keys.set({ 'app-state-sync-key': { [name]: keyData } })
      credentials.myAppStateKeyId = name
      await store.saveCredentials()
    }
  }

  async #notDecrypted(stanza: BinaryNode | undefined, trouble: Error): Promise<Uint8Array> {
    const { notDecrypted, fail } = this.#parts
    if (stanza === undefined) throw trouble
    this.#missing.set(stanza.attrs['id'] ?? '', true)
    if (notDecrypted === undefined) throw trouble
    let known: boolean
    try {
      known = (await notDecrypted(stanza, trouble)) === 'known'
    } catch (why) {
      fail(`what could not be decrypted could not be noted: ${asError(why).message}`)
      throw trouble
    }
    if (known) return NOTHING_TO_READ
    throw trouble
  }
}

/** Nothing, where it is no message. */
function decoded({ proto }: Engine, plain: Uint8Array): WaMessage {
  try {
    return proto.Message.decode(plain)
  } catch {
    return {}
  }
}

/** Whether it is our account: what comes from others under this category is not believed. */
function isOwn(jid: string | undefined, { me }: Credentials): boolean {
  const plain = plainJid(jid)
  return plain !== '' && (plain === plainJid(me?.id) || plain === plainJid(me?.lid))
}

/** The last byte says how many the padding has. */
function unpadded(plain: Uint8Array): Uint8Array {
  const count = plain.at(-1) ?? 0
  return count > plain.length ? plain : plain.subarray(0, plain.length - count)
}

function asError(why: unknown): Error {
  return why instanceof Error ? why : new Error(String(why))
}
