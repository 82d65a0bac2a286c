import { Socket } from 'node:net'

/** What came back. The bytes are the receiver's only until the callback returns. */
export interface Answer {
  readonly status: number
  readonly bodyBytes: number
  /** The whole body where it has at most `KEPT_BYTES`, else its beginning. */
  readonly body: Buffer
}

type Answered = (answer: Answer) => void

export const KEPT_BYTES = 256 * 1024
const HEAD_END = Buffer.from('\r\n\r\n')
const LENGTH = /\r\ncontent-length: *(\d+)/i

/** All connections of a process share it: what was read is used up before the next read. */
const readBuffer = Buffer.allocUnsafe(512 * 1024)

/**
 * One keep-alive HTTP/1.1 connection, one request at a time, as lean as Node lets it be, so that the load costs less than what
 * it loads. It understands answers with Content-Length and nothing else, and fails on all others.
 */
export class Connection {
  readonly #socket: Socket
  readonly #failed: (error: Error) => void
  #answered: Answered | null = null
  #partial: Buffer[] = []
  #partialBytes = 0
  #status = 0
  #bodyBytes = 0
  #bodyStart = 0
  #closed = false

  /** `failed` is called at most once; nothing follows. */
  constructor(port: number, failed: (error: Error) => void) {
    this.#failed = failed
    const onread = { buffer: readBuffer, callback: (bytes: number) => this.#read(bytes) }
    const socket = new Socket({ onread } as ConstructorParameters<typeof Socket>[0])
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => this.#fail(new Error('the server closed the connection')))
    socket.connect(port, '127.0.0.1')
  }

  /** The request is sent as it is. */
  send(request: string, answered: Answered): void {
    if (this.#answered !== null) throw new Error('one request at a time')
    this.#answered = answered
    this.#socket.write(request, 'utf8')
  }

  close(): void {
    this.#closed = true
    this.#socket.destroy()
  }

  #read(bytes: number): boolean {
    const chunk = readBuffer.subarray(0, bytes)
    if (this.#bodyStart > 0) this.#more(chunk)
    else this.#begin(this.#partial.length === 0 ? chunk : Buffer.concat([...this.#partial.splice(0), chunk]))
    return !this.#closed
  }

  #begin(chunk: Buffer): void {
    const end = chunk.indexOf(HEAD_END)
    if (end < 0) {
      this.#partial = [Buffer.from(chunk)]
      return
    }
    const head = chunk.toString('latin1', 0, end)
    const length = LENGTH.exec(head)?.[1]
    if (length === undefined) return this.#fail(new Error(`an answer without Content-Length: ${head.slice(0, 200)}`))
    this.#status = Number(head.slice(9, 12))
    this.#bodyBytes = Number(length)
    this.#bodyStart = end + HEAD_END.length
    this.#more(chunk)
  }

  #more(chunk: Buffer): void {
    const wanted = this.#bodyStart + this.#bodyBytes
    const before = this.#partialBytes
    const got = before + chunk.length
    if (got > wanted) return this.#fail(new Error('the server answered more than it was asked'))
    if (got < wanted) {
      if (before < KEPT_BYTES) this.#partial.push(Buffer.from(chunk))
      this.#partialBytes = got
      return
    }
    const whole = before === 0 ? chunk : Buffer.concat([...this.#partial, ...(before < KEPT_BYTES ? [chunk] : [])])
    const answer = { status: this.#status, bodyBytes: this.#bodyBytes, body: whole.subarray(this.#bodyStart) }
    const answered = this.#answered
    this.#answered = null
    this.#bodyStart = 0
    this.#partial = []
    this.#partialBytes = 0
    answered?.(answer)
  }

  #fail(error: Error): void {
    if (this.#closed) return
    this.close()
    this.#failed(error)
  }
}

/** Makes the text of a request. `headers` are whole lines. */
export function requestText(method: string, path: string, body?: unknown, headers: readonly string[] = []): string {
  const head = [`${method} ${path} HTTP/1.1`, 'Host: 127.0.0.1', ...headers, ''].join('\r\n')
  if (body === undefined) return `${head}\r\n`
  const json = JSON.stringify(body)
  return `${head}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`
}
