import type { WebSocket, RawData } from 'ws'
import { ANSWERS, ASKS, decodeFrame, REFUSES, type Frame, type ReadFrame } from './frame.ts'
import { readHello } from './hello.ts'
import type { Hello } from './linking.ts'
import { logIn } from './login.ts'
import type { Chat, Device, Line } from './model.ts'
import type { Fields } from './msgpack.ts'
import { ASK, FORBIDDEN, TELL } from './opcodes.ts'
import { Outbox } from './outbox.ts'
import { Reader, type IdRule } from './reader.ts'
import { plain } from './record.ts'
import { Refusal } from './refusal.ts'
import type { DoorHandler, Handler, Service, Station } from './service.ts'

/** Who subscribed to a chat hears of typing so long. */
const WATCH_MS = 90_000
const SEQUENCE = 0x10000

export interface Handlers {
  readonly door: ReadonlyMap<number, DoorHandler>
  readonly inside: ReadonlyMap<number, Handler>
}

/** One web socket: new, then greeted, then logged in; what is asked out of order is refused. */
export class Connection implements Line {
  readonly #service: Service
  readonly #handlers: Handlers
  readonly #socket: WebSocket
  readonly #number: number
  readonly #outbox: Outbox
  readonly #watched = new Map<Chat, number>()
  #hello: Hello | null = null
  #device: Device | null = null
  #expectedSeq = 0
  #heardAt = performance.now()
  readonly #timer: NodeJS.Timeout

  constructor(service: Service, handlers: Handlers, socket: WebSocket, number: number) {
    this.#service = service
    this.#handlers = handlers
    this.#socket = socket
    this.#number = number
    const { network } = service
    this.#outbox = new Outbox(network, {
      phone: () => this.#phone,
      write: (bytes) => socket.send(bytes),
      writeText: (text) => socket.send(text),
      note: (frame) => this.#note('out', frame),
      close: () => this.close(),
      break: () => this.break(),
    })
    this.#note('opened')
    socket.on('message', (data, isBinary) => this.#hear(data, isBinary))
    socket.on('close', (code) => this.#closed(code))
    socket.on('error', () => undefined)
    this.#timer = setInterval(() => this.#look(), network.settings.pingMs)
    this.#timer.unref()
  }

  get device(): Device | null {
    return this.#device
  }

  get #phone(): string | null {
    return this.#device?.person.phone ?? null
  }

  push(opcode: number, payload: Fields): void {
    this.#outbox.push(opcode, payload)
  }

  isWatching(chat: Chat): boolean {
    return (this.#watched.get(chat) ?? 0) > this.#service.network.clock.now()
  }

  close(code = 1000): void {
    this.#socket.close(code)
    // Whoever does not answer the closing is gone all the same.
    setTimeout(() => this.#socket.terminate(), 200).unref()
    this.#device?.sockets.delete(this)
  }

  /** Breaks it off, as a network does. */
  break(): void {
    this.#socket.terminate()
  }

  #look(): void {
    if (performance.now() - this.#heardAt > this.#service.network.settings.idleMs) return this.close()
    if (this.#device !== null) this.push(TELL.ping, {})
  }

  #hear(data: RawData, isBinary: boolean): void {
    this.#heardAt = performance.now()
    let frame: ReadFrame
    try {
      if (!isBinary) throw new Error('a text and no frame')
      frame = decodeFrame(bytesOf(data))
    } catch (error) {
      this.#complain(`sent ${error instanceof Error ? error.message : String(error)}`)
      return this.close(1002)
    }
    this.#note('in', frame)
    if (frame.size >= 32 && !frame.isPacked) this.#complain(`a body of ${frame.size} bytes that is not packed`)
    if (frame.size > 0 && frame.size < 32 && frame.isPacked) this.#complain(`a body of ${frame.size} bytes packed`)
    if (frame.cmd === ANSWERS) return this.#acknowledged(frame)
    if (frame.cmd === ASKS) this.#asked(frame)
    else this.#complain(`a frame of cmd ${frame.cmd}`)
  }

  #acknowledged({ opcode, payload, seq }: ReadFrame): void {
    if (!this.#outbox.wasPushed(opcode, seq)) this.#complain(`acknowledged a push ${seq} of ${opcode} that never was`)
    if (opcode !== TELL.message || this.#device === null) return
    const reader = new Reader(payload, this.#idRule(opcode))
    try {
      this.#service.network.acknowledge(this.#device, reader.id('chatId'), reader.id('messageId'))
    } catch {
      this.#complain('acknowledged a message without saying which')
    }
  }

  #asked(frame: ReadFrame): void {
    const { opcode, seq } = frame
    if (seq !== this.#expectedSeq) this.#complain(`request ${seq} where ${this.#expectedSeq} was next`)
    this.#expectedSeq = (seq + 1) % SEQUENCE
    if (this.#outbox.cuts('request', opcode, 'before')) return this.break()
    const answer = this.#answerOf(frame)
    if (this.#outbox.cuts('request', opcode, 'after')) return this.break()
    if (answer === 'close') return this.close()
    if (this.#outbox.silences(opcode)) return
    const delayMs = this.#service.network.faults.delays.get(opcode)
    const give = () => {
      this.#outbox.answer(answer)
      if (opcode === ASK.login && answer.cmd === ANSWERS && this.#device !== null) this.#welcome(this.#device)
      if (opcode === ASK.init && this.#hello === null) this.close()
      if (opcode === ASK.logout && answer.cmd === ANSWERS) this.#leave()
    }
    if (delayMs === undefined) give()
    else setTimeout(give, delayMs).unref()
  }

  #answerOf({ opcode, seq, payload }: ReadFrame): Frame | 'close' {
    try {
      const refusal = this.#outbox.refusal(opcode)
      if (refusal !== undefined) throw new Refusal(refusal)
      const answer = this.#answer(opcode, new Reader(payload, this.#idRule(opcode)))
      if (answer === 'close') return 'close'
      return { cmd: ANSWERS, seq, opcode, payload: Object.keys(answer).length === 0 ? undefined : answer }
    } catch (error) {
      // A mistake of the fake must not look as if the service had refused.
      const { code, message } = error instanceof Refusal ? error : new Refusal('fake.broken', String(error))
      if (code === 'fake.broken' || code === 'proto.payload' || code === 'proto.opcode')
        this.#complain(`${opcode} was refused with ${code}: ${message}`)
      const words = { title: 'Error', localizedMessage: message }
      return { cmd: REFUSES, seq, opcode, payload: { error: code, message, ...words } }
    }
  }

  #answer(opcode: number, asked: Reader): Fields | 'close' {
    const { network } = this.#service
    if (opcode === ASK.init) return this.#greet(asked)
    if (this.#hello === null) throw new Refusal('proto.state', 'nothing is answered before the hello')
    if (opcode === ASK.ping) {
      asked.flag('interactive')
      return {}
    }
    if (FORBIDDEN.has(opcode)) throw new Refusal('proto.opcode', `${opcode} ${FORBIDDEN.get(opcode) ?? ''}`)
    if (opcode === ASK.login) {
      if (this.#device !== null) throw new Refusal('proto.state', 'this socket is logged in')
      const login = logIn(network, asked, this)
      if (login === 'dropped') return 'close'
      this.#device = login.device
      return login.answer
    }
    return this.#handle(opcode, asked, this.#hello)
  }

  #handle(opcode: number, asked: Reader, hello: Hello): Fields {
    const door = this.#handlers.door.get(opcode)
    if (door !== undefined) {
      if (this.#device !== null) throw new Refusal('proto.state', 'this socket is logged in')
      return door(asked, { line: this, hello })
    }
    const inside = this.#handlers.inside.get(opcode)
    if (inside === undefined && opcode !== ASK.logout) throw new Refusal('proto.opcode', `there is no ${opcode}`)
    if (this.#device === null) throw new Refusal('proto.state', 'nobody is logged in')
    return inside?.(asked, this.#station(this.#device)) ?? {}
  }

  #station(device: Device): Station {
    return {
      line: this,
      actor: { person: device.person, device },
      watch: (chat, isWatching) => {
        this.#watched.set(chat, isWatching ? this.#service.network.clock.now() + WATCH_MS : 0)
      },
    }
  }

  #greet(asked: Reader): Fields | 'close' {
    const { network } = this.#service
    if (this.#hello !== null) throw new Refusal('proto.state', 'this socket said hello before')
    this.#hello = readHello(asked, network)
    return network.barred.has(this.#hello.deviceId) ? 'close' : helloAnswer
  }

  #welcome(device: Device): void {
    const { network } = this.#service
    if (device.deviceId !== '' && device.deviceId !== this.#hello?.deviceId)
      this.#complain('logged in with the token of another device id')
    network.bringWaiting(device, this)
    network.emit('login', device)
    network.emit('changed')
  }

  #leave(): void {
    const device = this.#device
    device?.sockets.delete(this)
    if (device !== null) this.#service.network.unlink(device)
    this.close()
  }

  #closed(code: number): void {
    clearInterval(this.#timer)
    this.#outbox.stop()
    this.#device?.sockets.delete(this)
    this.#note('closed', undefined, String(code))
    this.#service.linking.closed(this)
    this.#service.network.emit('changed')
  }

  #idRule(opcode: number): IdRule {
    return {
      refusesPlain: () => this.#service.network.settings.refusesPlainIds,
      onPlainId: (name) => this.#complain(`${opcode} has a plain integer for ${name}`),
    }
  }

  #complain(what: string): void {
    this.#service.network.recording.complain(`socket ${this.#number} (${this.#phone ?? 'nobody'}): ${what}`)
  }

  #note(what: 'opened' | 'in' | 'out' | 'closed', frame?: Frame, note?: string): void {
    const { recording, clock } = this.#service.network
    recording.add({
      ...{ at: clock.now(), socket: this.#number, phone: this.#phone, what },
      ...(frame !== undefined && {
        ...{ cmd: frame.cmd, seq: frame.seq, opcode: frame.opcode, payload: plain(frame.payload) },
      }),
      ...(note !== undefined && { note }),
    })
  }
}

const helloAnswer: Fields = {
  lang: 'ru',
  location: 'RU',
  'phone-auth-enabled': true,
  'reg-country-code': ['RU', 'BY'],
  'web-pwa-promo': false,
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data)
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data
}
