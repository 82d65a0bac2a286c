import { ASKS, encodeFrame, zstdFrame, type Frame } from './frame.ts'
import type { Fields } from './msgpack.ts'
import type { MaxNetwork } from './network.ts'
import { TELL } from './opcodes.ts'

/** Held back messages come after so long at the latest. */
const HELD_MS = 250
const SEQUENCE = 0x10000
/** Of what was pushed so much is remembered, to know its acknowledgements. */
const REMEMBERED = 5_000

interface Wire {
  phone(): string | null
  write(bytes: Uint8Array): void
  writeText(text: string): void
  note(frame: Frame): void
  /** What was written before still goes. */
  close(): void
  break(): void
}

/** What goes to one client: answers and pushes, with the troubles that a test asked for. */
export class Outbox {
  readonly #network: MaxNetwork
  readonly #wire: Wire
  readonly #pushed = new Map<string, true>()
  #held: Frame[] = []
  #release: NodeJS.Timeout | undefined
  #seq: number

  constructor(network: MaxNetwork, wire: Wire) {
    this.#network = network
    this.#wire = wire
    this.#seq = network.settings.firstPushSeq
  }

  answer(frame: Frame): void {
    this.#send(frame)
  }

  push(opcode: number, payload: Fields): void {
    const frame = {
      cmd: ASKS,
      seq: this.#seq,
      opcode,
      payload: Object.keys(payload).length === 0 ? undefined : payload,
    }
    this.#seq = (this.#seq + 1) % SEQUENCE
    const { faults } = this.#network
    if (faults.reorder > 0 && opcode === TELL.message) return this.#hold(frame)
    this.#push(frame)
  }

  wasPushed(opcode: number, seq: number): boolean {
    return this.#pushed.has(`${opcode} ${seq}`)
  }

  /** Whether a test wants this step to be the last of the socket. */
  cuts(of: 'request' | 'push', opcode: number, when: 'before' | 'after'): boolean {
    const { cut } = this.#network.faults
    if (cut === null || cut.times <= 0 || cut.of !== of || cut.opcode !== opcode || cut.when !== when) return false
    if (cut.phone !== undefined && cut.phone !== this.#wire.phone()) return false
    if (cut.skip > 0) {
      cut.skip -= 1
      return false
    }
    cut.times -= 1
    return true
  }

  /** The code with which a test wants this request refused. */
  refusal(opcode: number): string | undefined {
    return this.#take(this.#network.faults.refusals.get(opcode))?.code
  }

  silences(opcode: number): boolean {
    return this.#take(this.#network.faults.silences.get(opcode)) !== undefined
  }

  stop(): void {
    clearTimeout(this.#release)
  }

  #take<Asked extends { times: number; readonly phone?: string }>(asked: Asked | undefined): Asked | undefined {
    if (asked === undefined || asked.times === 0) return undefined
    if (asked.phone !== undefined && asked.phone !== this.#wire.phone()) return undefined
    asked.times -= asked.times > 0 ? 1 : 0
    return asked
  }

  #hold(frame: Frame): void {
    this.#held.push(frame)
    clearTimeout(this.#release)
    const release = () => {
      for (const one of this.#held.splice(0).reverse()) this.#push(one)
    }
    if (this.#held.length >= this.#network.faults.reorder) release()
    else this.#release = setTimeout(release, HELD_MS).unref()
  }

  #push(frame: Frame): void {
    if (this.cuts('push', frame.opcode, 'before')) return this.#wire.break()
    this.#pushed.set(`${frame.opcode} ${frame.seq}`, true)
    if (this.#pushed.size > REMEMBERED) {
      const [oldest] = this.#pushed.keys()
      if (oldest !== undefined) this.#pushed.delete(oldest)
    }
    this.#send(frame)
    if (this.#network.faults.duplicate) this.#send(frame)
    if (this.cuts('push', frame.opcode, 'after')) this.#wire.close()
  }

  #send(frame: Frame): void {
    this.#wire.note(frame)
    const { spoil } = this.#network.faults
    if (spoil === null || spoil.times <= 0) return this.#wire.write(encodeFrame(frame))
    spoil.times -= 1
    switch (spoil.how) {
      case 'zstd':
        return this.#wire.write(zstdFrame(frame))
      case 'text':
        return this.#wire.writeText('{"ver":11}')
      case 'short':
        return this.#wire.write(encodeFrame(frame).subarray(0, 7))
      case 'noise':
        return this.#wire.write(Buffer.concat([encodeFrame(frame).subarray(0, 7), Buffer.of(0, 0, 4, 1, 0xc1, 7, 7)]))
      case 'bomb':
        return this.#wire.write(bomb(frame))
    }
  }
}

/** A few bytes that say they are very many: the largest factor, and a match that writes without end. */
function bomb({ cmd, seq, opcode }: Frame): Uint8Array {
  const body = Buffer.concat([Buffer.of(0x1f, 0, 1, 0), Buffer.alloc(60_000, 0xff), Buffer.of(0, 0x50, 0, 0, 0, 0, 0)])
  const head = Buffer.alloc(10)
  head[0] = 10
  head[1] = cmd
  head.writeUInt16BE(seq, 2)
  head.writeUInt16BE(opcode, 4)
  head[6] = 127
  head.writeUIntBE(body.length, 7, 3)
  return Buffer.concat([head, body])
}
