import type { Clock, Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { EpochMs, InstanceId } from '../model/ids.ts'
import type { Notification, Write } from '../storage/store.ts'
import { typeOfBody } from './body/envelope.ts'
import type { Mailbox } from './mailbox.ts'
import type { Endpoint, EndpointTrouble } from './post/endpoint.ts'
import { Post, type Verdict } from './post/post.ts'
import type { Receivers } from './post/receivers.ts'

/** The settings that say where to deliver; as long as they stay the same, so do the strings. */
export interface Target {
  readonly url: string
  readonly token: string
}

/** An instance as the courier sees it. */
export interface CourierClient {
  readonly id: InstanceId
  readonly mailbox: Mailbox
  /** Null while nothing may be delivered. */
  target(): Target | null
}

/** What all lanes share. */
export interface LaneHost {
  readonly clock: Clock
  readonly log: Log
  readonly retryMs: number
  readonly keepsDeliveries: boolean
  readonly receivers: Receivers
  endpoint(target: Target): Endpoint | EndpointTrouble
  /** A lane has nothing left to deliver, or was stopped; called in the same breath, so that no wake falls in between. */
  ended(lane: Lane): void
}

/**
 * Delivers one instance's notifications, one after the other, from when there is something to deliver until nothing is left:
 *
 *   look → post → 200: remove durably → look …
 *               → anything else: pause → look, which finds the same item again
 *
 * Each attempt is noted in the ledger of deliveries: with the removal, or by itself before the pause.
 *
 * An item leaves the mailbox only by an answer 200, and then whatever the settings say by now. A crash between the answer and
 * the removal delivers it once more. What was stopped never runs again.
 */
export class Lane {
  readonly client: CourierClient
  readonly #host: LaneHost
  #running = false
  #stopped = false
  #post: Post | undefined
  /** What the attempt that failed last went to, while pausing after it. */
  #failed: Target | undefined
  #resume: (() => void) | undefined
  #failures = 0
  #failedReceipt = 0

  constructor(client: CourierClient, host: LaneHost) {
    this.client = client
    this.#host = host
  }

  get isRunning(): boolean {
    return this.#running
  }

  get isStopped(): boolean {
    return this.#stopped
  }

  /** Resolves when nothing is left to deliver. Only while it does not run. */
  async run(): Promise<void> {
    this.#running = true
    try {
      // Looked at and ended without a wait between: what is posted later than this finds it at rest and starts it again.
      for (let target = this.#next(); target !== null; target = this.#next()) await this.#step(target)
    } catch (error) {
      this.#host.log.error({ idInstance: this.client.id, error }, 'the delivery of notifications failed')
    } finally {
      this.#running = false
      this.#host.ended(this)
    }
  }

  /** Something was posted, or the settings changed. */
  wake(): void {
    if (this.#resume !== undefined && !this.#mustPause()) this.#resume()
  }

  /** No further attempt is made; one under way may end. */
  stop(): void {
    this.#stopped = true
    this.#resume?.()
  }

  /** Ends an attempt under way too. Whether it arrived is unknown, so its item stays. */
  abort(): void {
    this.stop()
    this.#post?.abort()
  }

  #target(): Target | null {
    return this.#stopped ? null : this.client.target()
  }

  /** Null when there is nothing to deliver, or nobody to deliver it to. */
  #next(): Target | null {
    return this.client.mailbox.isEmpty ? null : this.#target()
  }

  /** One notification, taken by the receiver and durably gone; or one failure and the pause after it. Or a look for which is next. */
  async #step(target: Target): Promise<void> {
    try {
      const { mailbox } = this.client
      const item = mailbox.known
      if (item === undefined) {
        await mailbox.peek()
        return
      }
      const endpoint = this.#host.endpoint(target)
      let verdict: Verdict
      let beganAt = 0
      if (typeof endpoint === 'string') verdict = { status: 0, code: endpoint }
      else {
        const { admission } = this.#host.receivers.get(endpoint.origin)
        const entering = admission.enter()
        const ticket = typeof entering === 'number' ? entering : await entering
        beganAt = this.#host.clock.now()
        try {
          verdict = await this.#deliver(endpoint, item)
        } finally {
          admission.leave(ticket)
        }
      }
      const note = this.#noteOf(item, verdict, beganAt)
      if (verdict.status === 200) {
        if (this.#failedReceipt === item.receiptId) this.#report(item, endpoint, verdict)
        await mailbox.remove(item.receiptId, note)
        return
      }
      this.#failed = target
      if (!this.#stopped) {
        this.#report(item, endpoint, verdict)
        if (note !== undefined) await mailbox.note(note)
      }
    } catch (error) {
      // The store did not read or remove: the item is still there, and the pause keeps a broken disk from a storm.
      this.#complain(error)
      this.#failed = this.#target() ?? undefined
      if (this.#failed === undefined) return
    }
    await this.#pause()
  }

  /** Never rejects. */
  #deliver(endpoint: Endpoint, item: Notification): Verdict | Promise<Verdict> {
    if (this.#stopped) return NOT_SENT
    return new Promise((resolve) => {
      this.#post = new Post(endpoint.head, item.body, (verdict) => {
        this.#post = undefined
        resolve(verdict)
      })
      // Asked for anew: it may have been closed for disuse while this one waited for admission.
      this.#host.receivers.get(endpoint.origin).send(this.#post)
    })
  }

  /** A line of the ledger, or one more attempt of it. `beganAt` is 0 where nothing could be asked. */
  #noteOf({ receiptId, body }: Notification, { status, code }: Verdict, beganAt: EpochMs): Write | undefined {
    if (!this.#host.keepsDeliveries) return undefined
    const at = this.#host.clock.now()
    const attempt = { at, ms: beganAt === 0 ? 0 : Math.max(at - beganAt, 0), status, code }
    const kind = status === 200 ? 'delivery.done' : 'delivery.failed'
    return { kind, instance: this.client.id, receiptId, type: typeOfBody(body), attempt }
  }

  /** Where it was stopped, whoever goes on with the instance does so with this item. */
  #complain(error: unknown): void {
    if (!this.#stopped) this.#host.log.error({ idInstance: this.client.id, error }, 'the mailbox did not answer')
  }

  /** Says what is worth an operator's look: the first failure of an item, and that it went through after all. */
  #report({ receiptId }: Notification, endpoint: Endpoint | EndpointTrouble, { status, code }: Verdict): void {
    this.#failures = this.#failedReceipt === receiptId ? this.#failures + 1 : 1
    this.#failedReceipt = receiptId
    const origin = typeof endpoint === 'string' ? '' : endpoint.origin
    const fields = { idInstance: this.client.id, receiptId, origin, status, code }
    if (status === 200) this.#host.log.info({ ...fields, attempts: this.#failures }, 'a notification arrived at last')
    else if (this.#failures === 1) this.#host.log.warn(fields, 'a notification was not taken')
    else this.#host.log.debug({ ...fields, attempts: this.#failures }, 'a notification was not taken again')
  }

  /** One timer, until it is time to try again or `wake` finds a reason to go on at once. */
  #pause(): Promise<void> {
    if (!this.#mustPause()) return Promise.resolve()
    return new Promise((resolve) => {
      const timer: Timer = this.#host.clock.after(this.#host.retryMs, () => this.#resume?.())
      this.#resume = () => {
        timer.cancel()
        this.#resume = undefined
        resolve()
      }
    })
  }

  /** The pause is for the item that failed where it failed: not for another receiver, and not for an empty mailbox. */
  #mustPause(): boolean {
    const now = this.#target()
    return (
      !this.client.mailbox.isEmpty && now !== null && now.url === this.#failed?.url && now.token === this.#failed.token
    )
  }
}

const NOT_SENT: Verdict = { status: 0, code: 'STOPPED' }
