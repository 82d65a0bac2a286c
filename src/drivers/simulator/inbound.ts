import { backoffMs } from '../../lib/backoff.ts'
import type { Timer } from '../../lib/clock.ts'
import type { MessageId } from '../../model/ids.ts'
import type { Content, NetworkMessage, Party } from '../../model/message.ts'
import type { Content as NetworkContent, Pushed } from '../../simulator/protocol.ts'
import type { SessionEvent, SessionHost } from '../driver.ts'
import { chatOf } from './ids.ts'

const AGAIN = { firstMs: 200, longestMs: 30_000 }
/** Events of one commit, and ids of one acknowledgement. */
const MOST_AT_ONCE = 200

interface Arrived {
  /** The push to acknowledge; null for what the network does not wait for. */
  readonly push: number | null
  readonly event: SessionEvent
}

/**
 * What came on one channel, in order: committed, then acknowledged. What arrives together is committed together. A host that
 * can't commit is asked again with back-off; nothing behind the refused events passes them.
 */
export class Inbound {
  readonly #host: SessionHost
  readonly #acknowledge: (pushes: number[]) => void
  #arrived: Arrived[] = []
  #running: Promise<void> | null = null
  #stopped = false
  #last: (() => void) | null = null
  #wake: (() => void) | null = null

  constructor(host: SessionHost, acknowledge: (pushes: number[]) => void) {
    this.#host = host
    this.#acknowledge = acknowledge
  }

  push(id: number, pushed: Pushed): void {
    if (this.#last === null) this.#add({ push: id, event: eventOf(pushed) })
  }

  /** The last thing: when everything before it and the event itself are committed, `done` is called. */
  end(event: SessionEvent | null, done: () => void): void {
    if (this.#last !== null || this.#stopped) return
    this.#last = done
    if (event !== null) this.#add({ push: null, event })
    else this.#start()
  }

  /** Resolves when no commit is under way; none begins after this, and nothing is acknowledged. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#arrived = []
    this.#wake?.()
    await this.#running
  }

  #add(arrived: Arrived): void {
    if (this.#stopped) return
    this.#arrived.push(arrived)
    this.#start()
  }

  #start(): void {
    this.#running ??= this.#run()
  }

  async #run(): Promise<void> {
    // A verdict that came in the same frame is heard by its sender first.
    await nextTurn()
    for (let failures = 0; this.#arrived.length > 0 && !this.#stopped;) {
      const batch = this.#arrived.length > MOST_AT_ONCE ? this.#arrived.slice(0, MOST_AT_ONCE) : this.#arrived
      const count = batch.length
      try {
        await this.#host.commit({ events: batch.map(({ event }) => event) })
      } catch (error) {
        this.#host.log.warn({ error: String(error), count }, 'what the network brought was not stored; again soon')
        failures += 1
        await this.#rest(failures)
        continue
      }
      failures = 0
      this.#committed(count)
    }
    this.#running = null
    if (!this.#stopped) this.#last?.()
  }

  #committed(count: number): void {
    if (this.#stopped) return
    const pushes: number[] = []
    for (const { push } of this.#arrived.splice(0, count)) if (push !== null) pushes.push(push)
    this.#acknowledge(pushes)
  }

  async #rest(failures: number): Promise<void> {
    const { clock, random } = this.#host
    let timer: Timer | undefined
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      timer = clock.after(backoffMs(AGAIN, failures, random), resolve)
    })
    timer?.cancel()
    this.#wake = null
  }
}

let turn: Promise<void> | null = null

/** The event loop's next turn; one promise for all channels that a frame has woken. */
function nextTurn(): Promise<void> {
  turn ??= new Promise((resolve) =>
    setImmediate(() => {
      turn = null
      resolve()
    }),
  )
  return turn
}

function eventOf(pushed: Pushed): SessionEvent {
  switch (pushed.kind) {
    case 'message': {
      const { id, direction, chat, author, at, content } = pushed
      const message: NetworkMessage = {
        id: id as MessageId,
        direction,
        chat: partyOf(chat),
        author: partyOf(author),
        at,
        content: contentOf(content),
      }
      return { kind: 'message', message }
    }
    case 'status': {
      const { id, chat, status, at } = pushed
      return { kind: 'status', id: id as MessageId, chat: chatOf(chat), status, at }
    }
    case 'restricted':
      return { kind: 'restricted', state: pushed.state, at: pushed.at }
    default: {
      const unknown: never = pushed
      return unknown
    }
  }
}

function partyOf({ address, name }: { readonly address: string; readonly name: string }): Party {
  return { id: chatOf(address), name, contactName: '' }
}

function contentOf(content: NetworkContent): Content {
  const { quote } = content
  const rest: Omit<NetworkContent, 'quote'> = content
  if (quote === undefined) return rest
  return { ...rest, quote: { id: quote.id as MessageId, participant: chatOf(quote.participant), text: quote.text } }
}
