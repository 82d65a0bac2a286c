import { fault, isFault, type Fault } from '../../model/fault.ts'
import type { Change, SessionHost } from '../driver.ts'
import { Entrance, type Connected } from '../network/entrance.ts'
import type { SessionStanding } from '../network/standings.ts'
import { credentialsOf, FROM_THE_START, type Credentials } from './credentials.ts'
import { BROKEN, lossOf, NOT_SURE, REPLACED, noteOutdated, type Ending, type Loss } from './ending.ts'
import { endedBy, linkedBy, renewedBy } from './keeping.ts'
import { Knocks } from './knocks.ts'
import type { Linking } from './linking.ts'
import { Lives } from './lives.ts'
import type { LoginAttempt } from './login.ts'
import { openVisit } from './opening.ts'
import { ALREADY_LINKED, LINK_REST_MS, LOGGED_OUT, NOT_TAKEN, untakenLogin, type RefusedLogin } from './refusal.ts'
import type { Surroundings } from './surroundings.ts'
import type { Visit, VisitParts } from './visit.ts'
import type { LoginAnswer } from './wire/opcodes.ts'

type Phase = 'closed' | SessionStanding

type CourseParts = Omit<VisitParts, 'transport' | 'deviceId' | 'listener'>

/**
 * How a session comes and goes. `closed` → `opening` → `open` with stored credentials, or `closed` → `linking` → `opening` → `open` by a login.
 * A new life begins at each turn and with each connection, so that what was awaited in an older one does nothing.
 */
export class Course implements Connected {
  readonly #host: SessionHost
  readonly #shared: Surroundings
  readonly #parts: CourseParts
  readonly #entrance: Entrance
  readonly #lives: Lives
  readonly #knocks = new Knocks()
  #phase: Phase = 'closed'
  #visit: Visit | null = null
  #linking: Linking | null = null
  /** While it is being kept that a phone was linked. */
  #storing: Promise<void> | null = null
  /** The host has asked for silence: what ends from then on is no news. */
  #isDismissed = false

  constructor(parts: CourseParts) {
    const { host, shared } = parts
    this.#parts = parts
    this.#host = host
    this.#shared = shared
    this.#entrance = new Entrance(shared, host.instance, this)
    this.#lives = new Lives(host, () => this.#end(BROKEN))
  }

  /** The one by which messages flow; null while there is none. */
  get openVisit(): Visit | null {
    return this.#phase === 'open' ? this.#visit : null
  }

  connect(): void {
    if (this.#phase !== 'closed') return
    this.#turn('opening')
    this.#isDismissed = false
    const life = this.#lives.next()
    this.#lives.guardNext(life, () => this.#begin(life))
  }

  link(linking: Linking): void {
    const isTooLate = this.#storing !== null || this.#linking?.isScanned === true
    if (this.#phase === 'opening' || this.#phase === 'open' || isTooLate) return linking.attempt.fail(ALREADY_LINKED)
    this.#linking?.attempt.fail(fault('linkCancelled', 'a newer login took its place'))
    this.#leave()
    this.#isDismissed = false
    this.#linking = linking
    this.#turn('linking')
    const life = this.#lives.next()
    this.#lives.guardNext(life, () => this.#beginLinking(life, linking))
  }

  cancel(attempt: LoginAttempt): void {
    const linking = this.#linking
    if (linking?.attempt !== attempt || linking.isScanned || this.#storing !== null) return
    attempt.fail(fault('linkCancelled', 'cancelled'))
    void this.end()
  }

  /** Nothing is told from here on. */
  dismiss(): void {
    this.#isDismissed = true
  }

  /** Resolves when nothing more is sent or committed. */
  async end(): Promise<void> {
    this.dismiss()
    this.#linking?.attempt.fail(fault('linkCancelled', 'the session was closed'))
    this.#leave()
    await this.#lives.settled
  }

  replaced(): void {
    this.#report(REPLACED)
  }

  async #begin(life: number): Promise<void> {
    const credentials = await credentialsOf(this.#host)
    if (this.#lives.isOver(life)) return
    if (isFault(credentials)) {
      this.#report({ trouble: credentials })
      return
    }
    const visit = await this.#visitNetwork(life)
    const answer = visit && (await this.#logIn(life, visit, credentials))
    if (visit === null || answer === null) return
    const renewed = renewedBy(answer, credentials.token)
    if (renewed !== null) await this.#host.commit(renewed)
    if (!this.#lives.isOver(life)) await this.#enter(life, visit, answer)
  }

  async #beginLinking(life: number, linking: Linking): Promise<void> {
    const credentials = await credentialsOf(this.#host)
    if (this.#lives.isOver(life)) return
    const isLinked = !isFault(credentials)
    const trouble = isLinked ? ALREADY_LINKED : credentials.fault === 'notLinked' ? linking.trouble : credentials
    if (trouble === undefined) await this.#linkBy(life, linking)
    else this.#failLogin(trouble)
  }

  async #linkBy(life: number, linking: Linking): Promise<void> {
    linking.takeConnection()
    const visit = await this.#visitNetwork(life, linking.deviceId)
    const token = visit && (linking.token ?? (await this.#scan(life, visit, linking)))
    if (visit === null || token === null) return
    const answer = await this.#logIn(life, visit, { token, sync: FROM_THE_START })
    if (
      answer !== null &&
      (await this.#store(life, visit, linkedBy(answer, token, visit.deviceId, this.#host.clock.now())))
    ) {
      await this.#enter(life, visit, answer)
    }
  }

  /** Null when this life is over, or has come to no token. */
  async #scan(life: number, visit: Visit, linking: Linking): Promise<string | null> {
    const outcome = await visit.link(linking.attempt)
    if (this.#lives.isOver(life) || outcome === null) return null
    if (isFault(outcome)) {
      if (outcome.fault === 'rateLimited') await this.#parts.budget.rest(LINK_REST_MS)
      this.#failLogin(outcome)
      return null
    }
    linking.scanned(outcome.token)
    return outcome.token
  }

  /** What can't be kept is taken back at the network, so that no phone shows a device that nobody has. */
  async #store(life: number, visit: Visit, change: Change): Promise<boolean> {
    const stored = this.#host.commit(change).then(
      () => true,
      () => false,
    )
    this.#storing = stored.then(() => void (this.#storing = null))
    const isStored = await stored
    if (!isStored) await visit.unlink()
    if (this.#lives.isOver(life)) return false
    if (isStored) this.#turn('opening')
    else this.#failLogin(fault('unavailable', 'the credentials could not be stored'))
    return isStored
  }

  /** Null when this life is over, or the network could not be reached. */
  async #visitNetwork(life: number, deviceId?: string): Promise<Visit | null> {
    const isWanted = () => !this.#lives.isOver(life)
    const visit = await openVisit({
      ...{ ...this.#parts, isWanted, deviceId },
      enter: (reach) => this.#entrance.enter(reach),
      listener: {
        ended: (ending) => this.#lives.guard(life, this.#ended(life, ending)),
        loggedOut: () => this.#loggedOut(life),
      },
    })
    if (visit === null) return null
    if ('trouble' in visit) {
      this.#end(visit)
      return null
    }
    if (isWanted()) this.#visit = visit
    else this.#lives.settle(visit.close())
    if (!(await visit.opened)) return null
    this.#shared.versions.letIn()
    return isWanted() ? visit : null
  }

  /** Null when this life is over, or the network did not take the login. */
  async #logIn(life: number, visit: Visit, credentials: Credentials): Promise<LoginAnswer | null> {
    // Minutes may have passed until somebody scanned.
    if (!this.#host.isSure()) {
      this.#end(NOT_SURE)
      return null
    }
    const answered = await visit.logIn(credentials)
    if (this.#lives.isOver(life)) return null
    if (answered.ok) {
      this.#knocks.letIn()
      return answered.answer
    }
    const untaken = untakenLogin(answered.trouble)
    if (untaken !== null) await this.#notTaken(life, untaken)
    return null
  }

  async #enter(life: number, visit: Visit, answer: LoginAnswer): Promise<void> {
    const isBegun = await visit.begin(answer)
    if (!isBegun || this.#lives.isOver(life)) return
    this.#turn('open')
    this.#host.opened()
    const linking = this.#linking
    this.#linking = null
    linking?.attempt.done()
  }

  async #ended(life: number, ending: Ending): Promise<void> {
    // Whether somebody must open it again is not known before.
    await this.#storing
    if (this.#lives.isOver(life) || this.#isDismissed) return
    this.#shared.tally.ended(ending.reason)
    this.#lives.tell({ reason: ending.reason, says: ending.says }, 'a connection to MAX ended')
    const { trouble, atLeastMs = 0 } = lossOf(ending)
    if (ending.reason === 'outdated') noteOutdated(this.#host, this.#shared)
    const linking = this.#phase === 'linking' ? this.#linking : null
    const floorMs = this.#phase === 'opening' ? this.#knocks.endedBefore(ending) : 0
    if (linking !== null && ending.wasOpen && linking.mayGoOn) this.#linkAgain(linking)
    else this.#end({ trouble, atLeastMs: Math.max(atLeastMs, floorMs) })
  }

  /** The QRs go with their connection, and a token is good on every one. */
  #linkAgain(linking: Linking): void {
    const life = this.#endVisit()
    this.#lives.guardNext(life, () => this.#linkBy(life, linking))
  }

  async #loggedOut(life: number): Promise<void> {
    await this.#storing
    if (!this.#lives.isOver(life) && !this.#isDismissed) await this.#notTaken(life, LOGGED_OUT)
  }

  /** Everything that came before is committed, then the event, and only then the runner hears that the session ended. */
  async #notTaken(life: number, refused: RefusedLogin): Promise<void> {
    const { how, event, trouble } = refused
    this.#shared.tally.refused(how)
    this.#lives.tell({ how, says: trouble.message }, 'MAX did not take a login, or took it back')
    if (this.#phase === 'linking') {
      this.#failLogin(event === 'unlinked' ? NOT_TAKEN : trouble)
      return
    }
    if (how === 'limit') await this.#parts.budget.rest(refused.atLeastMs ?? 0)
    if (event !== undefined) {
      this.#turn('opening')
      // What is kept behind the event with which everything of this link is forgotten would be found by the next one.
      await this.#visit?.life?.close()
      await this.#host.commit(endedBy(event, this.#host.clock.now()))
    }
    if (!this.#lives.isOver(life)) this.#report(refused)
  }

  /** As `#report`, or the end of a login that has linked nothing yet. */
  #end(loss: Loss): void {
    if (this.#phase === 'linking') this.#failLogin(loss.trouble)
    else this.#report(loss)
  }

  #failLogin(trouble: Fault): void {
    const linking = this.#linking
    this.#leave()
    linking?.attempt.fail(trouble)
  }

  #report({ trouble, atLeastMs }: Loss): void {
    if (this.#phase === 'closed') return
    const linking = this.#linking
    this.#leave()
    linking?.attempt.fail(trouble)
    this.#host.lost(trouble, atLeastMs)
  }

  #leave(): void {
    this.#endVisit()
    this.#turn('closed')
    this.#entrance.leave()
    this.#linking = null
  }

  /** The life that follows. */
  #endVisit(): number {
    const visit = this.#visit
    this.#visit = null
    if (visit !== null) this.#lives.settle(visit.close())
    return this.#lives.next()
  }

  #turn(phase: Phase): void {
    const standingOf = (one: Phase) => (one === 'closed' ? null : one)
    this.#shared.tally.standings.turned(standingOf(this.#phase), standingOf(phase))
    this.#phase = phase
  }
}
