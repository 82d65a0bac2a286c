import { until } from '../../../src/lib/until.ts'
import { loadCodec } from './codec.ts'
import { letLongTimersGo } from './engine-timers.ts'

/** What of the engine's own module a plain client of it needs; loose, for tests alone. */
interface EngineModule {
  readonly makeWASocket: (config: object) => EngineSocket
  readonly initAuthCreds: () => Credentials
  Browsers: { ubuntu(name: string): readonly [string, string, string] }
}

export interface EngineSocket {
  readonly ev: { on(event: string, listener: (data: never) => void): void }
  readonly ws: { on(event: string, listener: (stanza: never) => void): void }
  readonly user?: { readonly id: string }
  sendMessage(
    jid: string,
    content: object,
    options?: object,
  ): Promise<{ key: { id: string }; message: object } | undefined>
  requestPairingCode(phone: string): Promise<string>
  query(node: object): Promise<unknown>
  onWhatsApp(...jids: string[]): Promise<readonly { jid: string; exists: boolean }[]>
  logout(): Promise<void>
  end(error?: Error): Promise<void>
  [member: string]: unknown
}

interface Credentials {
  me?: { id: string; lid?: string }
  [name: string]: unknown
}

interface Update {
  connection?: 'connecting' | 'open' | 'close'
  qr?: string
  lastDisconnect?: { error?: { output?: { statusCode: number } } }
}

interface Upsert {
  messages: readonly {
    key: { id: string; remoteJid: string; fromMe: boolean }
    message?: { conversation?: string; extendedTextMessage?: { text?: string } } | null
  }[]
  type: string
}

/** Whether the engine is there. */
export function engineLoads(): Promise<boolean> {
  return loadCodec().then(
    () => true,
    () => false,
  )
}

/** The engine as it comes, with a store in memory, that starts anew whenever it is told to (515) and only then. */
export class EngineClient {
  readonly #url: string
  readonly #config: object
  #creds: Promise<Credentials>
  #keys = new Map<string, unknown>()
  #socket: EngineSocket | null = null
  #state = 'new'
  #isEnded = false
  readonly qrs: string[] = []
  /** The codes with which its sockets ended. */
  readonly endings: number[] = []
  /** Texts that it got from others, with repetitions. */
  readonly texts: string[] = []
  /** What it sent itself elsewhere. */
  readonly ownTexts: string[] = []
  /** Whether the server said that all is there that waited. */
  caughtUp = 0
  readonly receipts: { attrs: Record<string, string> }[] = []
  /** Ids of own messages by the code of their ack; '' is a good one. */
  readonly acks = new Map<string, string>()
  /** By id, as it was sent. */
  readonly sent = new Map<string, object>()
  readonly notifications: { attrs: Record<string, string> }[] = []
  me: string | undefined

  /** With an empty url: where the engine goes by itself. */
  constructor(url: string, config: object = {}) {
    this.#url = url
    this.#config = config
    this.#creds = loadEngine().then(({ initAuthCreds }) => initAuthCreds())
  }

  get socket(): EngineSocket {
    if (this.#socket === null) throw new Error('it is not connected')
    return this.#socket
  }

  async connect(): Promise<void> {
    const { makeWASocket, Browsers } = await loadEngine()
    const creds = await this.#creds
    this.#state = 'connecting'
    const socket = makeWASocket({
      ...(this.#url !== '' && { waWebSocketUrl: this.#url }),
      auth: { creds, keys: this.#store() },
      browser: Browsers.ubuntu('Chrome'),
      logger: silent,
      markOnlineOnConnect: false,
      syncFullHistory: false,
      // No history comes from a phone that does nothing, and the engine would hold back events for it.
      shouldSyncHistoryMessage: () => false,
      retryRequestDelayMs: 10,
      defaultQueryTimeoutMs: 5_000,
      // What it would be asked to send again.
      getMessage: ({ id }: { id: string }) => Promise.resolve(this.sent.get(id)),
      ...this.#config,
    })
    this.#socket = socket
    this.#listen(socket, creds)
  }

  #listen(socket: EngineSocket, creds: Credentials): void {
    socket.ev.on('creds.update', (update: object) => void Object.assign(creds, update))
    socket.ev.on('connection.update', (update: Update) => this.#update(update, socket))
    socket.ev.on('messages.upsert', (upsert: Upsert) => this.#take(upsert))
    socket.ws.on('CB:ack,class:message', ({ attrs }: { attrs: Record<string, string> }) => {
      this.acks.set(attrs['id'] ?? '', attrs['error'] ?? '')
    })
    socket.ws.on('CB:receipt', (stanza: { attrs: Record<string, string> }) => {
      this.receipts.push(stanza)
    })
    socket.ws.on('CB:ib,,offline', () => {
      this.caughtUp += 1
    })
    socket.ws.on('CB:notification', (stanza: { attrs: Record<string, string> }) => {
      this.notifications.push(stanza)
    })
  }

  #update({ connection, qr, lastDisconnect }: Update, socket: EngineSocket): void {
    if (qr !== undefined) this.qrs.push(qr)
    if (connection !== undefined) this.#state = connection
    this.me = socket.user?.id ?? this.me
    if (connection !== 'close' || this.#isEnded) return
    const code = lastDisconnect?.error?.output?.statusCode ?? 0
    this.endings.push(code)
    if (code === restartRequired) void this.connect()
  }

  #take({ messages }: Upsert): void {
    for (const { key, message } of messages) {
      const text = message?.conversation ?? message?.extendedTextMessage?.text
      if (typeof text !== 'string' || text === '') continue
      if (key.fromMe) this.ownTexts.push(text)
      else this.texts.push(text)
    }
  }

  #store(): object {
    return {
      get: (type: string, ids: readonly string[]) => {
        const found = ids.map((id) => [id, this.#keys.get(`${type}|${id}`)] as const)
        return Promise.resolve(Object.fromEntries(found.filter(([, value]) => value !== undefined)))
      },
      set: (changes: Readonly<Record<string, Readonly<Record<string, unknown>>>>) => {
        for (const [type, values] of Object.entries(changes)) {
          for (const [id, value] of Object.entries(values)) {
            if (value === null) this.#keys.delete(`${type}|${id}`)
            else this.#keys.set(`${type}|${id}`, value)
          }
        }
        return Promise.resolve()
      },
    }
  }

  /** Another client with the same credentials and keys. */
  twin(): EngineClient {
    const twin = new EngineClient(this.#url, this.#config)
    twin.#creds = this.#creds
    twin.#keys = this.#keys
    return twin
  }

  /** Any other call of the engine's socket. */
  call(name: string, ...given: readonly unknown[]): Promise<unknown> {
    const member = this.socket[name]
    if (typeof member !== 'function') throw new Error(`the engine has no ${name}`)
    return Promise.resolve(Reflect.apply(member, undefined, given))
  }

  /** The code that it shows now, once it shows one. */
  async qr(): Promise<string> {
    await until(() => this.qrs.length > 0, 'a code for linking')
    return this.qrs.at(-1) ?? ''
  }

  async opened(): Promise<void> {
    await until(() => this.#state === 'open', 'an open connection')
  }

  /** With which code it ended, once it did so for the n-th time. */
  async ended(times = 1): Promise<number> {
    await until(() => this.endings.length >= times, 'the end of the connection')
    return this.endings[times - 1] ?? 0
  }

  /** Gives the id. */
  async sendText(jid: string, text: string): Promise<string> {
    const sent = await this.socket.sendMessage(jid, { text })
    if (sent === undefined) throw new Error('it was not sent')
    this.sent.set(sent.key.id, sent.message)
    return sent.key.id
  }

  async end(): Promise<void> {
    this.#isEnded = true
    await this.#socket?.end()
    this.#isEnded = false
  }
}

const restartRequired = 515
const silence = () => undefined
const silent = {
  ...{ level: 'silent', trace: silence, debug: silence, info: silence, warn: silence, error: silence },
  child: () => silent,
}

async function loadEngine(): Promise<EngineModule> {
  letLongTimersGo()
  // With the hooks in place: the process has one engine.
  await loadCodec()
  return (await import(named('baileys'))) as EngineModule
}

/** The compiler must not look for a package that may be absent. */
function named(specifier: string): string {
  return specifier
}
