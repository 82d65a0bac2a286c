/** What a head may come to. */
const HEAD_CHARS = 16_384
/** A body is ignored but read to its end, so that its connection can be used again: up to so much of it. */
const BODY_BYTES = 65_536
/** The size of a chunk and what may stand behind it. */
const LINE_CHARS = 4096

const HEAD_END = /\r?\n\r?\n/
/** An empty line before it is left over from the answer before: some servers end a body with one. */
const STATUS_LINE = /^(?:\r?\n)?HTTP\/1\.([01]) ([1-9]\d\d)(?:[ \r\n]|$)/
const FRAMING = /\n(content-length|transfer-encoding|connection|keep-alive):[ \t]*([^\r\n]*)/gi
const LENGTH = /^\d{1,15}$/
const CHUNK_SIZE = /^([0-9a-f]{1,8})[ \t]*(?:;|$)/i
const KEEP_ALIVE = /\btimeout *= *(\d{1,6})/i

/** What came is no answer in HTTP/1.1 or 1.0, or one that goes over to another protocol. */
export class NotHttp extends Error {
  readonly code = 'NOT_HTTP'
}

/** What is read next: a head, a body of known length, the parts of a chunked one, or whatever comes until the connection ends. */
type Part = 'head' | 'counted' | 'size' | 'chunk' | 'chunkEnd' | 'trailer' | 'open'
type Step = 'on' | 'more' | 'over'

/**
 * Reads an HTTP/1.1 answer (RFC 9112) as far as the sender of a notification needs it: which status it has, and where it ends. A head that
 * is complete speaks for itself: where what follows can't be understood or is too long, the answer is over and the connection is not used again.
 */
export class AnswerReader {
  #text = ''
  #part: Part = 'head'
  /** Of the body or the chunk: how many bytes are still to come. */
  #left = 0
  #bytes = 0
  #lasts = true
  #status = 0
  #keepMs: number | undefined

  /** 0 until the head has come. */
  get status(): number {
    return this.#status
  }

  /** Whether the connection is fit for another request, once the answer is over. */
  get leavesOpen(): boolean {
    return this.#lasts && this.#text === ''
  }

  /** Whether the end of the connection is the end of the answer. */
  get endsWithConnection(): boolean {
    return this.#part === 'open'
  }

  /** How long the receiver keeps an idle connection, where it says so. */
  get keepMs(): number | undefined {
    return this.#keepMs
  }

  /** Makes it ready for the next answer on the same connection. */
  restart(): void {
    this.#part = 'head'
    this.#bytes = 0
    this.#status = 0
  }

  /** Takes what came, a character for each byte. True when the answer is over. Throws `NotHttp`. */
  read(text: string): boolean {
    this.#text = this.#text === '' ? text : this.#text + text
    for (;;) {
      const step = this.#step()
      if (step !== 'on') return step === 'over'
    }
  }

  #step(): Step {
    switch (this.#part) {
      case 'head':
        return this.#head()
      case 'counted':
        return this.#skip() === 'on' ? 'over' : this.#unlessTooLong()
      case 'chunk':
        return this.#skip() === 'on' ? this.#goOn('chunkEnd') : this.#unlessTooLong()
      case 'open':
        this.#left = Infinity
        this.#skip()
        return this.#unlessTooLong()
      case 'size':
      case 'chunkEnd':
      case 'trailer':
        return this.#line()
    }
  }

  #head(): Step {
    const end = HEAD_END.exec(this.#text)
    if (end === null && this.#text.length <= HEAD_CHARS) return 'more'
    const head = this.#text.slice(0, end?.index)
    const [, minor, status] = STATUS_LINE.exec(head) ?? []
    if (end === null || status === undefined || status === '101') throw new NotHttp('no answer in HTTP/1.1')
    this.#text = this.#text.slice(end.index + end[0].length)
    // An interim answer comes before the one that counts.
    if (status.startsWith('1')) return 'on'
    this.#status = Number(status)
    return this.#body(framingOf(head), minor === '0')
  }

  #body({ length, encoding, connection, keepAlive }: Framing, isOld: boolean): Step {
    const seconds = KEEP_ALIVE.exec(keepAlive)?.[1]
    this.#keepMs = seconds === undefined ? undefined : Number(seconds) * 1000
    this.#lasts = isOld ? /\bkeep-alive\b/i.test(connection) : !/\bclose\b/i.test(connection)
    if (this.#status === 204 || this.#status === 304) return 'over'
    if (encoding !== undefined) {
      if (length !== undefined) this.#lasts = false
      if (/(?:^|[\s,])chunked\s*$/i.test(encoding)) return this.#goOn('size')
    } else if (length !== undefined) {
      if (!LENGTH.test(length)) return this.#giveUp()
      this.#left = Number(length)
      return this.#left > BODY_BYTES ? this.#giveUp() : this.#goOn('counted')
    }
    this.#lasts = false
    return this.#goOn('open')
  }

  /** What is there of the body or the chunk; `on` when that is all of it. */
  #skip(): Step {
    const there = Math.min(this.#left, this.#text.length)
    this.#left -= there
    this.#bytes += there
    this.#text = there === this.#text.length ? '' : this.#text.slice(there)
    return this.#left === 0 ? 'on' : 'more'
  }

  #line(): Step {
    const end = this.#text.indexOf('\n')
    if (end < 0) return this.#text.length > LINE_CHARS ? this.#giveUp() : 'more'
    const line = this.#text.slice(0, this.#text[end - 1] === '\r' ? end - 1 : end)
    this.#text = this.#text.slice(end + 1)
    this.#bytes += line.length
    if (this.#bytes > BODY_BYTES) return this.#giveUp()
    if (this.#part === 'size') return this.#chunk(line)
    if (this.#part === 'chunkEnd') return line === '' ? this.#goOn('size') : this.#giveUp()
    return line === '' ? 'over' : 'on'
  }

  #chunk(line: string): Step {
    const size = CHUNK_SIZE.exec(line)?.[1]
    if (size === undefined) return this.#giveUp()
    this.#left = parseInt(size, 16)
    return this.#goOn(this.#left === 0 ? 'trailer' : 'chunk')
  }

  #goOn(part: Part): Step {
    this.#part = part
    return 'on'
  }

  #unlessTooLong(): Step {
    return this.#bytes > BODY_BYTES ? this.#giveUp() : 'more'
  }

  #giveUp(): Step {
    this.#lasts = false
    return 'over'
  }
}

/** The values of the fields that say how an answer ends; several of one name are one list, as RFC 9110 has it. */
interface Framing {
  length: string | undefined
  encoding: string | undefined
  connection: string
  keepAlive: string
}

function framingOf(head: string): Framing {
  const framing: Framing = { length: undefined, encoding: undefined, connection: '', keepAlive: '' }
  for (const [, name = '', raw = ''] of head.matchAll(FRAMING)) {
    const value = raw.trimEnd()
    switch (name.toLowerCase()) {
      case 'content-length':
        // The same length said twice is one.
        if (framing.length !== value) framing.length = joined(framing.length, value)
        break
      case 'transfer-encoding':
        framing.encoding = joined(framing.encoding, value)
        break
      case 'connection':
        framing.connection += `,${value}`
        break
      default:
        framing.keepAlive += `,${value}`
    }
  }
  return framing
}

function joined(before: string | undefined, value: string): string {
  return before === undefined ? value : `${before},${value}`
}
