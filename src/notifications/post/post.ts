import type { RequestHead } from './endpoint.ts'

/** The status that the receiver answered with, or 0 and the code of what came between. */
export interface Verdict {
  readonly status: number
  /** For the ledger of deliveries and the operator's log. */
  readonly code: string
}

/** What a post goes by. */
interface Carrier {
  /** Ends what is under way with this code, and the status if it came. */
  close(code: string): void
}

/** One POST of one notification, on its way or done. Redirects are answers like any other. */
export class Post {
  /** The request, head and body. */
  readonly text: string
  readonly encoding: 'latin1' | 'utf8'
  readonly #done: (verdict: Verdict) => void
  #carrier: Carrier | undefined
  #isOver = false

  /** `done` is called once. */
  constructor(head: RequestHead, body: string, done: (verdict: Verdict) => void) {
    const bytes = Buffer.byteLength(body)
    this.text = `${head.text}Content-Length: ${String(bytes)}\r\n\r\n${body}`
    // The same bytes where all is ASCII, and copied faster.
    this.encoding = head.isAscii && bytes === body.length ? 'latin1' : 'utf8'
    this.#done = done
  }

  get isOver(): boolean {
    return this.#isOver
  }

  isOn(carrier: Carrier): void {
    this.#carrier = carrier
  }

  /** Ends it. Whether it arrived is unknown unless the status has come. */
  abort(): void {
    if (this.#carrier === undefined) this.settle({ status: 0, code: 'ABORTED' })
    else if (!this.#isOver) this.#carrier.close('ABORTED')
  }

  settle(verdict: Verdict): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#done(verdict)
  }
}
