import type { Session, Verdict } from '../drivers/driver.ts'
import { backoffMs } from '../lib/backoff.ts'
import type { Timer } from '../lib/clock.ts'
import { pause } from '../lib/pause.ts'
import { retryOf } from '../model/fault.ts'
import type { ChatId, EpochMs, MessageId } from '../model/ids.ts'
import { claimWrite, releaseWrite } from '../queue/outbox.ts'
import { RETRY_PLAN, TRIES } from '../queue/retries.ts'
import { nextSendAt } from '../queue/schedule.ts'
import type { QueuedMessage, Write } from '../storage/store.ts'
import { Attempts } from './attempts.ts'
import { OutgoingFile, type BringFile } from './outgoing-file.ts'
import { followUp, typingTime } from './follow-ups.ts'
import { KnownMessages } from './known-messages.ts'
import { LostOwnership, type InstanceRecord } from './record.ts'
import { refused, settle, type Outcome, type Unsettled } from './settlement.ts'
import { verdictTime } from './verdict-time.ts'

/**
 * Sends one instance's queue, one message at a time. A queued message goes:
 *   queued → claimed (durable, before anything leaves) → settled: `sent`, `noAccount`, `notInGroup` or `failed`;
 *   claimed → queued again, when it certainly did not leave: also where the node was no longer sure, after the claim, that it still
 *   owns the instance;
 *   claimed → unsure, when its verdict was lost: a receipt or the network's look-up ends it, or its deadline. It is never sent
 *   again unless the network says that it does not know it. It holds the queue for a bounded time only.
 * Before the claim the file of a message is brought into the media store (`OutgoingFile`); one that can't be had settles it as `failed`.
 * A crash anywhere leaves the item queued or claimed; `recover` makes every claimed one unsure.
 */
export class Sender {
  readonly attempts: Attempts
  readonly #record: InstanceRecord
  readonly #bring: BringFile
  #files: OutgoingFile | undefined
  #session: Session | undefined
  /** The step that runs now. */
  #running: Promise<void> | undefined
  #stopped = false
  /** Something happened during a step that it may not have seen. */
  #woken = false
  #timer: Timer | undefined
  #abort: AbortController | undefined
  /** What the network has been given and has not judged yet. */
  #inFlight: MessageId | undefined
  /** How often the network has put off or lost the message that it was given last. */
  #tries: { readonly id: MessageId | undefined; readonly count: number } = { id: undefined, count: 0 }
  #lastSentAt: EpochMs
  /** How much longer than set the present delay is; drawn anew for each. */
  #stretch = 1
  /** The retry after a refusal for now, or a trouble of the store. */
  #notBefore = 0
  /** What was claimed and then not sent. */
  #unsent: QueuedMessage | undefined

  /** `bring` gets the files that the network brought earlier. */
  constructor(record: InstanceRecord, bring: BringFile) {
    this.#record = record
    this.#bring = bring
    this.attempts = new Attempts(record.node.clock, () => this.wake())
    this.#lastSentAt = record.row.lastSentAt
  }

  /** Takes over what an earlier process claimed. */
  async recover(): Promise<void> {
    const { store, clock, limits } = this.#record.node
    const { unsureMs, unsureHoldMs: holdMs } = limits
    const now = clock.now()
    for (const claimed of await store.outbox.claimed(this.#record.id)) {
      // However old: the network gets the chance to answer before the attempt is given up.
      this.attempts.add(claimed, { holdMs, waitMs: Math.max(holdMs, Math.min(claimed.deadline - now, unsureMs)) })
    }
  }

  /** The session is open: sends may leave. */
  open(session: Session): void {
    this.#session = session
    this.#notBefore = 0
    this.wake()
  }

  /** The session is gone; an attempt under way becomes unsure by its verdict or by abort. */
  shut(): void {
    this.#session = undefined
    this.#abort?.abort()
  }

  /** A receipt has settled this attempt: its verdict is waited for no longer. */
  settled(id: MessageId): void {
    const attempt = this.attempts.find(id)
    this.attempts.remove(id)
    if (attempt !== undefined) this.#followUp(attempt)
    if (this.#inFlight === id) this.#abort?.abort()
  }

  /** Looks whether something may leave now. Called when a message was queued, a session opened, a setting or time changed. */
  wake(): void {
    this.#woken = this.#running !== undefined
    if (this.#running !== undefined || this.#stopped) return
    this.#timer?.cancel()
    this.#timer = undefined
    if (this.#record.queued === 0 && this.attempts.count === 0) return
    this.#running = this.#run()
  }

  /** Shows "typing" in a chat at once, best effort; until it ends nothing else is sent. */
  typing(chat: ChatId, durationMs: number, type?: string): void {
    this.#session?.typing(chat, durationMs, type)
    this.#notBefore = Math.max(this.#notBefore, this.#record.node.clock.now() + durationMs)
  }

  /** For good; resolves when nothing more is stored. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.shut()
    this.#files?.stop()
    this.#timer?.cancel()
    this.#timer = undefined
    this.attempts.rest()
    await this.#running
    // A claim was perhaps under way.
    this.attempts.rest()
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#record.node
    let wakeAt: EpochMs | undefined
    try {
      wakeAt = await this.#step()
    } catch (error) {
      if (error instanceof LostOwnership) {
        log.warn({ idInstance: this.#record.id }, 'sending stopped: the instance is owned elsewhere')
      } else {
        log.error({ idInstance: this.#record.id, error }, 'sending stopped for a moment: the store failed')
        this.#notBefore = clock.now() + RETRY_PLAN.firstMs
        wakeAt = this.#notBefore
      }
    }
    this.#running = undefined
    if (this.#stopped) return
    if (this.#woken) wakeAt = clock.now()
    if (wakeAt === undefined) return
    const delayMs = wakeAt - clock.now()
    if (delayMs <= 0) this.wake()
    else this.#timer = clock.after(delayMs, () => this.wake())
  }

  /** One step; says when the next is due, or undefined when only an event can make one due. */
  async #step(): Promise<EpochMs | undefined> {
    const { clock, store } = this.#record.node
    await this.#giveBack()
    const attemptsDue = await this.#reconcile()
    const session = this.#session
    if (session === undefined || !this.#record.maySend) return attemptsDue
    const now = clock.now()
    this.#followClock(now)
    if (this.attempts.areHolding) return attemptsDue
    if (this.#record.outbox.count <= this.attempts.count) return attemptsDue
    const delayMs = this.#record.row.settings.delaySendMessagesMilliseconds * this.#stretch
    const due = Math.max(nextSendAt(now, this.#lastSentAt, delayMs), this.#notBefore, this.#sureAt(now))
    if (due > now) return Math.min(due, attemptsDue ?? due)
    const item = await store.outbox.next(this.#record.id)
    if (item === null) return attemptsDue
    if (item.message.content.kind === 'file' && !(await this.#hasFile(item))) return attemptsDue
    // Where the session ended during the look, nothing may be claimed for it.
    if (session === this.#session) await this.#attempt(session, item)
    return clock.now()
  }

  /** Where the clock was set back, nothing waits until it has caught up. */
  #followClock(now: EpochMs): void {
    this.#lastSentAt = Math.min(this.#lastSentAt, now)
    if (this.#notBefore - now > RETRY_PLAN.longestMs) this.#notBefore = now
  }

  /** While the node is not sure of its leases nothing is claimed either: who sends it may be another one by now. */
  #sureAt(now: EpochMs): EpochMs {
    return this.#record.node.ownership.isSure() ? now : now + SURE_AGAIN_MS
  }

  /** If not, it is on its way, and the queue is looked at again when something came of it. */
  #hasFile(item: QueuedMessage): Promise<boolean> {
    this.#files ??= new OutgoingFile(this.#record, this.#bring, () => this.wake())
    return this.#files.isReady(item)
  }

  async #attempt(session: Session, item: QueuedMessage): Promise<void> {
    const { clock, limits } = this.#record.node
    const abort = (this.#abort = new AbortController())
    const typingMs = typingTime(item.message, this.#record.row.settings)
    if (typingMs > 0) {
      session.typing(item.message.chat, typingMs, item.message.typingType)
      await pause(clock, typingMs, abort.signal)
    }
    if (abort.signal.aborted || !(await this.#claim(item))) return
    if (!this.#record.node.ownership.isSure()) {
      this.#unsent = item
      return
    }
    const timer = clock.after(verdictTime(item.message.content, limits.unsureHoldMs), () => abort.abort())
    this.#inFlight = item.id
    const verdict = await session.send(item.id, item.message, abort.signal)
    this.#inFlight = undefined
    timer.cancel()
    this.#lastSentAt = clock.now()
    this.#stretch = 1 + (this.#record.capabilities?.delayJitter ?? 0) * this.#record.node.random.fraction()
    await this.#judge(item, verdict)
  }

  /** What could not be sent after its claim waits in the queue again; refused where another node has it by now. */
  async #giveBack(): Promise<void> {
    if (this.#unsent === undefined) return
    await this.#release(this.#unsent)
    this.#unsent = undefined
  }

  /** Durable before anything leaves. False when the item was cleared meanwhile. */
  #claim(item: QueuedMessage): Promise<boolean> {
    const { clock, limits } = this.#record.node
    const { id: instance, epoch } = this.#record
    const { position } = item
    return this.#record.changes.run(async () => {
      const at = clock.now()
      const deadline = at + limits.unsureMs
      const claim: readonly Write[] = [
        claimWrite(instance, position, epoch, deadline),
        { kind: 'instance.sent', instance, at },
      ]
      // None comes in before the head of a queue while a step runs: one that was put back was put back by a step.
      const claimed = await this.#record.tryCommit(claim, [{ kind: 'queued', instance, position }])
      if (!claimed.ok) return false
      this.attempts.add(item, { holdMs: limits.unsureHoldMs, waitMs: limits.unsureMs })
      return true
    })
  }

  async #judge(item: QueuedMessage, verdict: Verdict): Promise<void> {
    if (verdict.ok) return this.settle(item.id, { status: 'sent', description: '', ...verdict })
    switch (retryOf(verdict.fault)) {
      case 'never':
        return this.settle(item.id, refused(verdict.fault, this.#record.node.clock.now()))
      case 'later':
        return this.#putOff(item, verdict.fault.message)
      case 'unsure':
        return
    }
  }

  /** Nothing left this machine. While the connection is away it waits; a refusal for now is retried a bounded number of times. */
  async #putOff(item: QueuedMessage, message: string): Promise<void> {
    const { clock, random } = this.#record.node
    if (this.#session !== undefined) {
      const tries = this.#countTry(item.id)
      if (tries >= TRIES) return this.settle(item.id, { status: 'failed', description: message, at: clock.now() })
      this.#notBefore = clock.now() + backoffMs(RETRY_PLAN, tries, random)
    }
    await this.#release(item)
  }

  #countTry(id: MessageId): number {
    this.#tries = { id, count: this.#tries.id === id ? this.#tries.count + 1 : 1 }
    return this.#tries.count
  }

  async #release(item: { readonly id: MessageId; readonly position: number }): Promise<void> {
    await this.#record.changes.run(async () => {
      if (this.attempts.find(item.id) === undefined) return
      await this.#record.commit([releaseWrite(this.#record.id, item.position)])
      this.attempts.remove(item.id)
    })
  }

  /** Stores how an attempt ended. Does nothing when a receipt has settled it meanwhile. */
  async settle(id: MessageId, outcome: Outcome): Promise<void> {
    await this.#record.changes.run(async () => {
      const item = this.attempts.find(id)
      if (item === undefined) return
      const original = await new KnownMessages(this.#record).placeOfOriginal(item.message, outcome.chat?.aliases)
      const end = settle(this.#record, item, outcome, original)
      await this.#record.commitWith(end.events, end.writes)
      this.attempts.remove(id)
      this.#record.outbox.drop()
      if (outcome.status === 'sent') this.#followUp(item)
    })
  }

  #followUp({ message }: Unsettled): void {
    if (this.#session !== undefined) followUp(this.#session, this.#record.row.settings, message)
  }

  /** Asks the network about every attempt without a verdict, and gives up those whose time is over. Says when to ask again. */
  async #reconcile(): Promise<EpochMs | undefined> {
    const { clock } = this.#record.node
    for (const attempt of this.attempts.all()) await this.#reconcileOne(attempt)
    return this.attempts.count === 0 ? undefined : clock.now() + LOOK_AGAIN_MS
  }

  async #reconcileOne(attempt: Unsettled): Promise<void> {
    const { clock } = this.#record.node
    const found = this.#session === undefined ? 'unknown' : await this.#session.lookup(attempt.id)
    if (found === 'sent') {
      await this.settle(attempt.id, { status: 'sent', description: '', at: clock.now() })
    } else if (found === 'absent' && this.#countTry(attempt.id) < TRIES) {
      await this.#release(attempt)
    } else if (found === 'absent') {
      // What is lost on its way each time may be what breaks the connection: it must not do so for ever.
      await this.settle(attempt.id, { status: 'failed', description: LOST, at: clock.now() })
    } else if (this.attempts.isOver(attempt.id)) {
      await this.settle(attempt.id, { status: 'failed', description: 'unconfirmed', at: clock.now() })
    }
  }
}

/** How often a node that can't be sure of its leases looks whether it can again. */
const SURE_AGAIN_MS = 500
/** Why a message failed that the network never got, however often it was sent. */
const LOST = 'the connection broke at each attempt'
/** How often the network is asked again about an attempt that it could not tell about. */
const LOOK_AGAIN_MS = 5000
