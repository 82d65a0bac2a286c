import { once } from 'node:events'
import { WebSocket } from 'ws'
import { until } from '../../../src/lib/until.ts'
import { ANSWERS, ASKS, decodeFrame, encodeFrame, REFUSES, type ReadFrame } from './frame.ts'
import { Id, type Fields, type Value } from './msgpack.ts'
import { ASK, TELL } from './opcodes.ts'
import { isFields } from './reader.ts'
import type { FakeMax } from './server.ts'

/** Any one; a client keeps its own. */
export const DEVICE_ID = '6a6f3c1e-3f0a-4a8e-9c39-0d9c8b7a6f01'

/** A web client that does what it is told and nothing more, but that it acknowledges messages unless it is not to. */
export class RawClient {
  readonly pushes: ReadFrame[] = []
  /** Why frames that came could not be read. */
  readonly unreadable: string[] = []
  acknowledges = true
  /** The number of the next request. */
  seq = 0
  closedWith: number | null = null
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, (frame: ReadFrame) => void>()
  readonly #ended: (() => void)[] = []

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', (data, isBinary) => this.#hear(data as Buffer, isBinary))
    socket.on('error', () => undefined)
    socket.on('close', (code) => {
      this.closedWith = code
      for (const end of this.#ended.splice(0)) end()
    })
  }

  static async open(url: string, origin = 'https://web.max.ru'): Promise<RawClient> {
    const socket = new WebSocket(url, { origin, perMessageDeflate: false })
    const client = new RawClient(socket)
    await once(socket, 'open')
    return client
  }

  /** Greeted, not logged in. */
  static async greeted(url: string): Promise<RawClient> {
    const client = await RawClient.open(url)
    await client.answered(ASK.init, hello())
    return client
  }

  static async loggedIn(url: string, token: string, more: Fields = {}): Promise<RawClient> {
    const client = await RawClient.greeted(url)
    await client.answered(ASK.login, login(token, more))
    return client
  }

  /** Linked to a number by a token of its own. */
  static of(fake: FakeMax, phone: string): Promise<RawClient> {
    return RawClient.loggedIn(fake.url, fake.issueToken(phone))
  }

  /** Resolves with the answer, whichever it is; rejects when the socket closes before. */
  ask(opcode: number, payload?: Value): Promise<ReadFrame> {
    const { seq } = this
    this.seq = (this.seq + 1) % 0x10000
    const answer = new Promise<ReadFrame>((resolve, reject) => {
      this.#waiting.set(seq, resolve)
      this.#ended.push(() => reject(new Error(`closed before ${opcode} was answered`)))
    })
    answer.catch(() => undefined)
    this.send(encodeFrame({ cmd: ASKS, seq, opcode, payload }))
    return answer
  }

  /** The answer's fields; rejects with the code where it is an error. */
  async answered(opcode: number, payload?: Value): Promise<Fields> {
    const answer = await this.ask(opcode, payload)
    const fields = isFields(answer.payload) ? answer.payload : {}
    if (answer.cmd === REFUSES) throw new Error(textAt(fields, 'error'))
    return fields
  }

  send(bytes: Uint8Array | string): void {
    this.#socket.send(bytes)
  }

  acknowledge({ seq, opcode, payload }: ReadFrame): void {
    const { chatId, message } = isFields(payload) ? payload : {}
    const ids = isFields(message) ? { chatId, messageId: message['id'] } : {}
    this.send(encodeFrame({ cmd: ANSWERS, seq, opcode, payload: opcode === TELL.message ? ids : undefined }))
  }

  /** The n-th push of an opcode, as its fields. */
  async pushed(opcode: number, n = 0): Promise<Fields> {
    const frame = await until(() => this.told(opcode)[n], `push ${n} of ${opcode}`)
    return isFields(frame.payload) ? frame.payload : {}
  }

  told(opcode: number): ReadFrame[] {
    return this.pushes.filter((frame) => frame.opcode === opcode)
  }

  /** The texts of the messages that were pushed, as they came. */
  texts(): string[] {
    return this.told(TELL.message).map(({ payload }) => {
      const message = isFields(payload) ? payload['message'] : undefined
      return textAt(message, 'text')
    })
  }

  closed(): Promise<number> {
    return until(() => this.closedWith ?? undefined, 'the socket to close')
  }

  close(): void {
    this.#socket.terminate()
  }

  #hear(data: Buffer, isBinary: boolean): void {
    let frame: ReadFrame
    try {
      if (!isBinary) throw new Error('a text')
      frame = decodeFrame(data)
    } catch (error) {
      this.unreadable.push(error instanceof Error ? error.message : String(error))
      return
    }
    if (frame.cmd !== ASKS) {
      this.#waiting.get(frame.seq)?.(frame)
      this.#waiting.delete(frame.seq)
      return
    }
    this.pushes.push(frame)
    if (this.acknowledges && (frame.opcode === TELL.message || frame.opcode === TELL.ping)) this.acknowledge(frame)
  }
}

export function hello(appVersion = '26.9.8', deviceId = DEVICE_ID): Fields {
  const userAgent = {
    ...{ deviceType: 'WEB', pushDeviceType: 'WEBPUSH', locale: 'ru', deviceLocale: 'ru', osVersion: 'Linux' },
    ...{ deviceName: 'Chrome', headerUserAgent: 'Mozilla/5.0', isPwa: false, appVersion },
    ...{ screen: '1080x1920 1.0x', timezone: 'Europe/Moscow' },
  }
  return { userAgent, deviceId }
}

export function login(token: string, more: Fields = {}): Fields {
  const markers = { chatsSync: 0, contactsSync: 0, presenceSync: -1, draftsSync: 0 }
  return { token, interactive: false, chatsCount: 40, ...markers, ...more }
}

/** A request to write into a chat. */
export function text(chatId: bigint, words: string, cid: number, more: Fields = {}): Fields {
  const message = { text: words, cid, elements: [], attaches: [], ...more }
  return { chatId: new Id(chatId), message, notify: true }
}

/** What an answer holds under a path of names, whatever it is. */
export function at(value: Value | undefined, ...path: (string | number)[]): Value | undefined {
  return path.reduce<Value | undefined>((found, name) => {
    if (Array.isArray(found)) return (found as readonly Value[])[Number(name)]
    return isFields(found) ? found[String(name)] : undefined
  }, value)
}

export function textAt(value: Value | undefined, ...path: (string | number)[]): string {
  const found = at(value, ...path)
  if (typeof found !== 'string') throw new Error(`${path.join('.')} is no text`)
  return found
}

export function idAt(value: Value | undefined, ...path: (string | number)[]): bigint {
  const found = at(value, ...path)
  if (!(found instanceof Id)) throw new Error(`${path.join('.')} is no id`)
  return found.value
}
