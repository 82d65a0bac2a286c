import { EventEmitter } from 'node:events'
import { getGlobalDispatcher } from 'undici'
import { RecordingHost } from '../../src/drivers/conformance/host.ts'
import type { Change } from '../../src/drivers/driver.ts'
import { openDirectory } from '../../src/drivers/whatsapp/directory.ts'
import type {
  BinaryNode,
  Engine,
  EngineEvents,
  EngineSocket,
  GroupMetadata,
  RelayOptions,
} from '../../src/drivers/whatsapp/engine/engine.ts'
import { loadEngine } from '../../src/drivers/whatsapp/engine/load.ts'
import type { WaMessage } from '../../src/drivers/whatsapp/engine/proto.ts'
import { KeyCache } from '../../src/drivers/whatsapp/keys/key-cache.ts'
import { openSessionStore, type DurableStore } from '../../src/drivers/whatsapp/keys/session-store.ts'
import { newDraft, type Life } from '../../src/drivers/whatsapp/life.ts'
import { openPeople } from '../../src/drivers/whatsapp/people.ts'
import { silentLog } from '../../src/lib/log.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import type { MessageId } from '../../src/model/ids.ts'

/** What the engine was given to write. */
export interface Relayed {
  readonly jid: string
  readonly message: WaMessage
  readonly options: RelayOptions
}

export const OWN = { pn: '79001000001@s.whatsapp.net', lid: '900000000000001@lid' }

/** A host whose store can break. */
class BreakableHost extends RecordingHost {
  isBroken = false

  override commit(change: Change): Promise<void> {
    return this.isBroken ? Promise.reject(new Error('the disk is full')) : super.commit(change)
  }
}

/** Days are counted by UTC+3: a test stays within its own. */
function noon(): number {
  return new Date().setUTCHours(9, 0, 0, 0)
}

/** A life of a WhatsApp session around a socket that nobody is behind: a test says what the network says. */
export class MadeLife {
  readonly clock = new SkippingClock(noon())
  readonly host: BreakableHost
  readonly life: Life
  readonly relayed: Relayed[] = []
  readonly shown: (readonly [state: string, jid: string | undefined])[] = []
  readonly modified: (readonly [change: object, jid: string])[] = []
  readonly groups = new Map<string, GroupMetadata>()
  /** Who the network says there is nobody behind; and whether it says anything at all. */
  readonly nobody = new Set<string>()
  answers = true
  questions = 0
  /** What writing a message does; nothing else is done when it throws. */
  relaying: (relayed: Relayed) => Promise<void> | void = () => undefined
  readonly #ws = new EventEmitter()
  readonly #store: DurableStore
  readonly #over = new AbortController()
  readonly #followers = new Set<(events: EngineEvents) => void>()

  constructor(engine: Engine, kept = new Map<string, Uint8Array>()) {
    this.host = new BreakableHost(1, { clock: this.clock, random: systemRandom, log: silentLog }, { kept })
    const { host } = this
    const store = openSessionStore({ host, engine, cache: new KeyCache(), fail: () => undefined })
    this.#store = store
    const people = openPeople({ host, store, own: OWN })
    const askGroup = (jid: string) => Promise.resolve(this.groups.get(jid))
    const directory = openDirectory({ store, people, clock: this.clock, askGroup })
    this.life = {
      ...{ host, engine, store, people, directory, own: OWN, socket: this.#socket() },
      transport: {
        agent: undefined,
        dispatcher: getGlobalDispatcher(),
        reach: () => Promise.resolve(null),
        close: () => Promise.resolve(),
      },
      ...{ ended: this.#over.signal, fail: () => undefined },
    }
  }

  static async open(kept?: Map<string, Uint8Array>): Promise<MadeLife> {
    return new MadeLife(await loadEngine(), kept)
  }

  /** What the socket's gate waits for before a frame leaves. */
  async beforeFrame(): Promise<void> {
    await this.#store.settle()
  }

  end(): void {
    this.#over.abort()
  }

  ack(id: string, attrs: Record<string, string> = {}): void {
    this.bring('CB:ack,class:message', { tag: 'ack', attrs: { id, class: 'message', t: '1700000000', ...attrs } })
  }

  bring(event: string, node: BinaryNode): void {
    this.#ws.emit(event, node)
  }

  tell(events: EngineEvents): void {
    for (const follower of this.#followers) follower(events)
  }

  /** Something was said in a chat before. */
  async knows(jid: string, ephemeralS?: number): Promise<void> {
    const draft = newDraft()
    const { directory, store } = this.life
    await directory.noteMessage(jid, { id: 'OLD' as MessageId, fromMe: false, at: this.clock.now() }, draft)
    if (ephemeralS !== undefined) await directory.noteChat(jid, { ephemeralS }, draft)
    await store.commit(draft)
  }

  #socket(): EngineSocket {
    const socket = {
      ws: this.#ws,
      ev: {
        process: (follower: (events: EngineEvents) => void) => {
          this.#followers.add(follower)
          return () => this.#followers.delete(follower)
        },
      },
      getUSyncDevices: (jids: readonly string[]) => {
        this.questions += 1
        const found = this.answers ? jids.filter((jid) => !this.nobody.has(jid)) : []
        return Promise.resolve(found.map((jid) => ({ user: jid.split('@')[0] ?? '', device: 0, jid })))
      },
      relayMessage: async (jid: string, message: WaMessage, options: RelayOptions) => {
        const relayed = { jid, message, options }
        await this.relaying(relayed)
        this.relayed.push(relayed)
        return options.messageId
      },
      sendPresenceUpdate: (state: string, jid?: string) => {
        this.shown.push([state, jid])
        return Promise.resolve()
      },
      chatModify: (change: object, jid: string) => {
        this.modified.push([change, jid])
        return Promise.resolve()
      },
    }
    // What the parts under test use of it; anything else is not there and would be noticed.
    return socket as unknown as EngineSocket
  }
}
