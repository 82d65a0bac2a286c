import { loadCodec } from './codec.ts'

/** What of the engine's own module a plain client of it needs; loose, for tests alone. */
interface EngineModule {
  makeWASocket(config: object): EngineSocket
  initAuthCreds(): Credentials
  Browsers: { ubuntu(name: string): readonly [string, string, string] }
}

export interface EngineSocket {
  readonly ev: { on(event: string, listener: (data: never) => void): void }
  readonly ws: { on(event: string, listener: (stanza: never) => void): void }
  readonly user?: { readonly id: string }
  sendMessage(jid: string, content: object, options?: object): Promise<{ key: { id: string } } | undefined>
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
  readonly #creds: Promise<Credentials>
  readonly #keys = new Map<string, unknown>()
  #socket: EngineSocket | null = null
  #state: string = 'new'
  #isEnded = false
  readonly qrs: string[] = []
  /** The codes with which its sockets ended. */
  readonly endings: number[] = []
  /** Texts that it got from others, with repetitions. */
  readonly texts: string[] = []
  /** Ids of own messages by the code of their ack; '' is a good one. */
  readonly acks = new Map<string, string>()
  readonly notifications: { attrs: Record<string, string> }[] = []
  me: string | undefined

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
      waWebSocketUrl: this.#url,
      auth: { creds, keys: this.#store() },
      browser: Browsers.ubuntu('Chrome'),
      logger: silent,
      markOnlineOnConnect: false,
      syncFullHistory: false,
      // No history comes from a phone that does nothing, and the engine would hold back events for it.
      shouldSyncHistoryMessage: () => false,
      retryRequestDelayMs: 10,
      defaultQueryTimeoutMs: 10_000,
      ...this.#config,
    })
    this.#socket = socket
    this.#listen(socket, creds)
  }

  #listen(socket: EngineSocket, creds: Credentials): void {
    socket.ev.on('creds.update', ((update: object) => void Object.assign(creds, update)) as (data: never) => void)
    socket.ev.on('connection.update', ((update: Update) => this.#update(update, socket)) as (data: never) => void)
    socket.ev.on('messages.upsert', ((upsert: Upsert) => this.#take(upsert)) as (data: never) => void)
    socket.ws.on('CB:ack,class:message', (({ attrs }: { attrs: Record<string, string> }) => {
      this.acks.set(attrs['id'] ?? '', attrs['error'] ?? '')
    }) as (stanza: never) => void)
    socket.ws.on('CB:notification', ((stanza: { attrs: Record<string, string> }) => {
      this.notifications.push(stanza)
    }) as (stanza: never) => void)
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
      if (!key.fromMe && typeof text === 'string' && text !== '') this.texts.push(text)
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

  /** The code that it shows now, once it shows one. */
  async qr(): Promise<string> {
    await until(() => this.qrs.length > 0)
    return this.qrs.at(-1) ?? ''
  }

  opened(): Promise<void> {
    return until(() => this.#state === 'open')
  }

  /** With which code it ended, once it did so for the n-th time. */
  async ended(times = 1): Promise<number> {
    await until(() => this.endings.length >= times)
    return this.endings[times - 1] ?? 0
  }

  /** Gives the id. */
  async sendText(jid: string, text: string): Promise<string> {
    const sent = await this.socket.sendMessage(jid, { text })
    return sent?.key.id ?? ''
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

/** Waits until it is so, at most that long. */
export async function until(isSo: () => boolean, withinMs = 10_000): Promise<void> {
  const last = Date.now() + withinMs
  while (!isSo()) {
    if (Date.now() > last) throw new Error('it did not come about in time')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

async function loadEngine(): Promise<EngineModule> {
  const specifier: string = 'baileys'
  return (await import(specifier)) as EngineModule
}
