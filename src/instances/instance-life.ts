import type { Driver, Login, LoginWay } from '../drivers/driver.ts'
import type { Fault } from '../model/fault.ts'
import type { InstanceState } from '../model/state.ts'
import type { Write } from '../storage/store.ts'
import { failExpired, storeDeletion } from './giving-up.ts'
import { LinkTransfer } from './link-transfer.ts'
import { endedLogin, Linking } from './linking.ts'
import { LostOwnership, type InstanceRecord } from './record.ts'
import { DELETED, STARTING } from './refusals.ts'
import { Runner } from './runner.ts'

/** The life of an instance in this process: it runs, is linked, stands still while it is held and goes on after that, and ends. */
export class InstanceLife {
  readonly driver: Driver
  readonly #record: InstanceRecord
  #runner: Runner | undefined
  #linking: Linking | undefined
  /** Set before the deletion is stored: what is asked from then on is refused, what was stored before is settled by it. */
  #deleting = false
  /** It was stopped because it is held, and is not back yet. */
  #isStill = false

  constructor(record: InstanceRecord, driver: Driver) {
    this.#record = record
    this.driver = driver
  }

  /** `stateInstance` as the wire shows it now. */
  get state(): InstanceState {
    if (this.#isStill) return this.#record.row.state
    return this.#linking?.state ?? this.#runner?.state ?? this.#record.row.state
  }

  get isLinked(): boolean {
    return this.#record.row.state !== 'notAuthorized'
  }

  /** Why it stands still, or is to: see `Instance.held`. */
  get held(): Fault | undefined {
    return this.#record.node.entitlements.heldBy(this.#record.row)
  }

  /**
   * Why nothing more is taken in for it, be it to wait.
   * @throws LostOwnership where it is not this node's, or not for long
   */
  get closed(): Fault | undefined {
    if (this.#record.isLeaving || !this.#record.isHere) throw new LostOwnership(this.#record.id)
    return this.#isGone ? DELETED : this.held
  }

  /** Why nothing can be done with it now; throws as `closed`. */
  get refusal(): Fault | undefined {
    return this.closed ?? (this.#isStill ? STARTING : undefined)
  }

  get #isGone(): boolean {
    return this.#deleting || this.#record.row.deletedAt !== null
  }

  /** What runs it; undefined while it never had anything to do. */
  get runner(): Runner | undefined {
    return this.#runner
  }

  /** What runs it, made where nothing does yet. Only where `refusal` says nothing. */
  live(): Runner {
    this.#runner ??= new Runner(this.#record, this.driver)
    return this.#runner
  }

  get linking(): Linking {
    this.#linking ??= new Linking(this.#record, (way) => this.#login(way))
    return this.#linking
  }

  #login(way: LoginWay): Login {
    const refused = this.refusal
    return refused === undefined ? this.live().login(way) : endedLogin(refused)
  }

  /** Resolves when the restart has begun. */
  async reboot(): Promise<void> {
    if (this.refusal !== undefined) return
    this.#linking?.cancel()
    if (this.isLinked) await this.live().restart()
  }

  async logout(): Promise<void> {
    if (this.refusal !== undefined) return
    this.#linking?.cancel()
    if (this.isLinked) await this.live().logout()
    else await this.#runner?.logout()
  }

  /** What moves its link between servers; a fault where nothing can be done with the instance now. */
  get transfer(): LinkTransfer | Fault {
    const refused = this.refusal
    if (refused !== undefined) return refused
    this.#linking?.cancel()
    return new LinkTransfer(this.#record, this.live(), this.driver)
  }

  /** Takes over the attempts that an earlier process began. Before anything else is asked of the instance. */
  async recover(): Promise<void> {
    if (this.#record.queued > 0 && !this.#isGone) await this.live().sender.recover()
  }

  /** Brings the instance back after a start of the process; one that is held stands still until `refreshHold`. */
  async start(): Promise<void> {
    if (this.#isStill || this.#record.isLeaving || !this.#record.isHere) return
    if (this.held !== undefined) return this.#standStill()
    this.#record.wakeCourier()
    if (this.#record.row.state === 'notAuthorized' && this.#record.queued === 0) return
    await this.live().start()
  }

  /** Resolves when this process does nothing more for the instance. */
  async stop(): Promise<void> {
    await this.#linking?.stop()
    await this.#runner?.stop()
    await this.#record.changes.idle()
  }

  /** Whether a network sees it come and go. */
  get hasSession(): boolean {
    return this.isLinked && !this.#isStill && !this.#isGone
  }

  /** Somebody links a phone to it at this moment. */
  get isLinking(): boolean {
    return this.#linking?.isUnderWay ?? false
  }

  /** As `stop`, and what the courier has under way comes to its end, within so long: another node goes on with all of it. */
  async letGo(drainMs: number): Promise<void> {
    this.#record.leave()
    this.#record.interruptReceives()
    await Promise.all([this.#record.node.courier.release(this.#record.id, drainMs), this.stop()])
  }

  /** Another node has it: it ends here at once, and what was under way is not stored. */
  abandon(): void {
    this.#record.leave()
    this.#record.interruptReceives()
    this.#record.node.courier.forget(this.#record.id)
    this.#linking?.cancel()
    this.#runner?.abandon()
  }

  /** `refreshHold` has something to do. */
  get isHoldDue(): boolean {
    return (
      this.#record.isHere && !this.#record.isLeaving && !this.#isGone && (this.held !== undefined) !== this.#isStill
    )
  }

  /** Stops the instance where it is held, or brings it back where it is held no more. One at a time. */
  async refreshHold(): Promise<void> {
    if (!this.isHoldDue) return
    if (this.#isStill) await this.#goOn()
    else await this.#standStill()
  }

  async #standStill(): Promise<void> {
    this.#isStill = true
    // A delivery that pauses ends here, and polls that wait.
    this.#record.wakeCourier()
    this.#record.interruptReceives()
    await this.stop()
  }

  async #goOn(): Promise<void> {
    if (this.#runner !== undefined) {
      const runner = new Runner(this.#record, this.driver)
      if (this.#record.queued > 0) await runner.sender.recover()
      // A deletion that began meanwhile goes by the attempts of the old one.
      if (this.#isGone) return
      this.#runner = runner
    }
    this.#isStill = false
    await this.start()
  }

  /** Settles everything and deletes. Durable when it resolves. False when it is deleted, or being deleted, already. */
  async delete(beside: readonly Write[]): Promise<boolean> {
    if (this.#isGone) return false
    this.#deleting = true
    try {
      await this.stop()
      await this.#record.changes.run(() => storeDeletion(this.#record, this.#runner?.sender.attempts, beside))
    } catch (error) {
      await this.#revive()
      throw error
    }
    this.#record.node.courier.forget(this.#record.id)
    this.#runner = undefined
    return true
  }

  /** A deletion that was not stored has stopped the instance all the same: it lives on, as after a start of the process. */
  async #revive(): Promise<void> {
    this.#runner = undefined
    this.#deleting = false
    try {
      await this.recover()
      await this.start()
    } catch (error) {
      const { id, node } = this.#record
      node.log.error({ idInstance: id, error }, 'an instance that could not be deleted is not back either')
    }
  }

  /** See `failExpired`. */
  async expireQueue(): Promise<void> {
    const { queued, row, isLeaving } = this.#record
    if (queued === 0 || row.deletedAt !== null || this.#isStill || isLeaving) return
    await this.#record.changes.run(() => failExpired(this.#record, this.#runner?.sender.attempts))
  }
}
