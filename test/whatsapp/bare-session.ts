import { setTimeout as sleep } from 'node:timers/promises'
import { RecordingHost } from '../../src/drivers/conformance/host.ts'
import type { Change } from '../../src/drivers/driver.ts'
import type {
  BinaryNode,
  ConnectionUpdate,
  Credentials,
  Engine,
  EngineSocket,
} from '../../src/drivers/whatsapp/engine/engine.ts'
import { loadEngine } from '../../src/drivers/whatsapp/engine/load.ts'
import { readCredentials } from '../../src/drivers/whatsapp/keys/credentials.ts'
import { KeyCache } from '../../src/drivers/whatsapp/keys/key-cache.ts'
import { makeOneTimeKeys } from '../../src/drivers/whatsapp/keys/one-time-keys.ts'
import { openSessionStore, type DurableStore } from '../../src/drivers/whatsapp/keys/session-store.ts'
import { newDraft, type Draft, type ReadPlain } from '../../src/drivers/whatsapp/life.ts'
import { cutSocket, endSocket, openSocket } from '../../src/drivers/whatsapp/socket.ts'
import { openTransport } from '../../src/drivers/network/transport.ts'
import { AddressRules } from '../../src/lib/address-rules.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog, type Log } from '../../src/lib/log.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { until } from '../../src/lib/until.ts'
import { isFault } from '../../src/model/fault.ts'
import type { ChatId, MessageId } from '../../src/model/ids.ts'
import type { World } from '../fakes/whatsapp/world.ts'

const OPEN_MS = 20_000
let nextInstance = 1_101_000_001

export interface BareOptions {
  /** What a commit takes. */
  readonly commitMs?: number
  readonly log?: Log
}

/**
 * A session of the parts around the engine alone: the socket, the store and the ratchets, without a driver. What it is sent is read as
 * plain text and kept as a message event; it is opened again only when it is told to.
 */
export class BareSession {
  readonly host: RecordingHost
  readonly world: World
  readonly phone: string
  readonly cache = new KeyCache()
  /** Why it was ended by a life of its own. */
  readonly failures: string[] = []
  /** Stanzas that could not be decrypted, and why. */
  readonly undecrypted: string[] = []
  /** So many of the next commits fail and keep nothing. */
  rejections = 0
  /** Takes the place of the plain reader. */
  read: ReadPlain | undefined
  #engine: Engine | undefined
  #life: { readonly socket: EngineSocket; readonly store: DurableStore } | undefined
  #updates: ConnectionUpdate[] = []

  constructor(world: World, phone: string, { commitMs = 0, log = silentLog }: BareOptions = {}) {
    this.world = world
    this.phone = phone
    this.host = new RecordingHost(nextInstance++, { clock: systemClock, random: systemRandom, log })
    const commit = this.host.commit.bind(this.host)
    this.host.commit = async (change) => {
      if (commitMs > 0) await sleep(commitMs)
      if (this.rejections > 0) {
        this.rejections -= 1
        throw new Error('the disk is full')
      }
      await commit(change)
    }
  }

  get socket(): EngineSocket {
    if (this.#life === undefined) throw new Error('the session is closed')
    return this.#life.socket
  }

  get store(): DurableStore {
    if (this.#life === undefined) throw new Error('the session is closed')
    return this.#life.store
  }

  get engine(): Engine {
    if (this.#engine === undefined) throw new Error('the session was never opened')
    return this.#engine
  }

  /** The texts of the messages that were committed, in their order. */
  texts(): string[] {
    return this.host.messages().map(({ content }) => (content.kind === 'text' ? content.text : content.kind))
  }

  /** Links it by a scan and opens it. */
  async link(): Promise<void> {
    const engine = await this.#loaded()
    await this.#begin(engine.initCredentials())
    const qr = await until(() => this.#updates.find((update) => update.qr !== undefined)?.qr, 'a code', OPEN_MS)
    await this.world.fake.scan(this.world.person(this.phone).phone, qr)
    await until(() => this.#isClosed(), 'the restart after linking', OPEN_MS)
    await this.close()
    await this.open()
  }

  /** Resolves when it is open and what waited for it was brought. */
  async open(): Promise<void> {
    const engine = await this.#loaded()
    const credentials = await readCredentials(this.host, engine)
    if (credentials === null) throw new Error('there are no credentials')
    await this.#begin(credentials)
    await until(() => this.#updates.some(({ connection }) => connection === 'open'), 'an open connection', OPEN_MS)
    await until(
      () => this.#updates.some((update) => update.receivedPendingNotifications === true),
      'what waited',
      OPEN_MS,
    )
  }

  /** Resolves when it ended by itself. */
  async ended(): Promise<void> {
    await until(() => this.#isClosed(), 'the end of the connection', OPEN_MS)
  }

  async close(): Promise<void> {
    const life = this.#life
    this.#life = undefined
    if (life === undefined) return
    await Promise.all([life.store.close(), endSocket(life.socket, systemClock)])
  }

  /** As if the process ended here: nothing more is sent or kept, and nothing is closed in order. */
  crash(): Promise<void> {
    cutSocket(this.socket, 'the process ended')
    return this.close()
  }

  /** Gives the id. What is kept with it and the ratchet's step are one commit, before the frame leaves. */
  async say(
    jid: string,
    text: string,
    id = `3EB0${systemRandom.bytes(8).toString('hex').toUpperCase()}`,
  ): Promise<string> {
    const { socket, store, engine } = this
    const message = { conversation: text }
    const note = { value: Buffer.from(engine.proto.Message.encode(message).finish()), until: systemClock.now() + 1e9 }
    await store.transaction(async () => {
      store.stage({ notes: new Map([[`sent|${id}`, note]]) })
      await socket.relayMessage(jid, message, { messageId: id })
    })
    return id
  }

  async #loaded(): Promise<Engine> {
    return (this.#engine ??= await loadEngine())
  }

  async #begin(credentials: Credentials): Promise<void> {
    const { engine, host, cache } = this
    const transport = await openTransport('', { proxies: new AddressRules([]), clock: systemClock })
    if (isFault(transport)) throw new Error(transport.message)
    const fail = (why: string) => {
      this.failures.push(why)
      if (this.#life?.store === store) cutSocket(this.#life.socket, why)
    }
    const store = openSessionStore({ host, engine, cache, fail })
    if (credentials.me !== undefined) await makeOneTimeKeys(engine, credentials, store)
    this.#updates = []
    const socket = openSocket({
      ...{ host, engine, store, credentials, transport, fail, version: engine.version, url: this.world.fake.url },
      readPlain: (stanza, plain) => (this.read ?? this.#readText)(stanza, plain),
      notDecrypted: (_stanza, trouble) => {
        this.undecrypted.push(trouble.message)
        return Promise.resolve('missing')
      },
      getMessage: async ({ id }) => {
        const kept = await store.read(`sent|${id ?? ''}`)
        return kept === null ? undefined : engine.proto.Message.decode(kept)
      },
      cachedGroup: () => Promise.resolve(undefined),
      credentialsChanged: linkedOnly,
    })
    this.#life = { socket, store }
    socket.ev.process((events) => {
      if (events['connection.update'] !== undefined) this.#updates.push(events['connection.update'])
    })
  }

  #isClosed(): boolean {
    return this.#updates.some(({ connection }) => connection === 'close')
  }

  readonly #readText = (stanza: BinaryNode, plain: Uint8Array): Promise<Draft> => {
    const message = this.engine.proto.Message.decode(plain)
    const draft = newDraft()
    const text = message.conversation ?? message.extendedTextMessage?.text ?? ''
    if (text === '') return Promise.resolve(draft)
    const party = { id: (stanza.attrs['from'] ?? '') as ChatId, name: '', contactName: '' }
    draft.events.push({
      kind: 'message',
      message: {
        ...{ id: (stanza.attrs['id'] ?? '') as MessageId, direction: 'in', chat: party, author: party },
        ...{ at: systemClock.now(), content: { kind: 'text', text } },
      },
    })
    return Promise.resolve(draft)
  }
}

/** What is there before a phone scanned the code is not worth keeping. */
function linkedOnly(credentials: Credentials): Change | null {
  return credentials['account'] === undefined ? null : {}
}
