import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { followLogin } from '../../../src/drivers/conformance/follow-login.ts'
import { RecordingHost, type Possessions } from '../../../src/drivers/conformance/host.ts'
import { LASTING, type Driver, type LoginWay, type Session } from '../../../src/drivers/driver.ts'
import { maxDriver, type MaxOptions } from '../../../src/drivers/max/driver.ts'
import { systemRandom } from '../../../src/lib/random.ts'
import { SkippingClock } from '../../../src/lib/skipping-clock.ts'
import { until } from '../../../src/lib/until.ts'
import type { Fault } from '../../../src/model/fault.ts'
import { ASK } from '../../fakes/max/opcodes.ts'
import { startFakeMax, type FakeMax } from '../../fakes/max/server.ts'
import type { Settings } from '../../fakes/max/settings.ts'
import { keptLog } from '../../support/kept-log.ts'

export const OWN = '79001000001'
export const PEER = '79001000002'
/** For a machine that does much else. */
const SLOW_MS = 20_000
export const PASSWORD = 'open sesame, please'

/** Also remembers how long the runner is asked to wait. */
export class WaitingHost extends RecordingHost {
  readonly waits: (number | undefined)[] = []

  override lost(trouble: Fault, atLeastMs?: number): void {
    this.waits.push(atLeastMs)
    super.lost(trouble)
  }

  /** As a runner does once nobody is linked any more. */
  forget(): void {
    for (const name of [...this.kept.keys()]) if (!name.startsWith(LASTING)) this.kept.delete(name)
  }
}

export interface OpenedSession {
  readonly session: Session
  readonly host: WaitingHost
}

/** A fake MAX, a driver, and sessions of one instance on it. */
export class SessionScene {
  readonly clock = new SkippingClock()
  readonly log: string[] = []
  readonly fake: FakeMax
  readonly driver: Driver
  readonly #sessions: Session[] = []

  private constructor(fake: FakeMax, clock: SkippingClock) {
    this.fake = fake
    this.clock = clock
    this.driver = this.newDriver()
  }

  static async start(settings: Partial<Settings> = {}): Promise<SessionScene> {
    const clock = new SkippingClock()
    const fake = await startFakeMax({ clock, settings })
    for (const phone of [OWN, PEER]) fake.person(phone)
    return new SessionScene(fake, clock)
  }

  newDriver(options: Partial<MaxOptions> = {}): Driver {
    return maxDriver({
      ...{ clock: this.clock, random: systemRandom, log: keptLog(this.log), url: this.fake.url, identity: {} },
      ...{ seemsSeen: true, loginsPerSecond: 1_000, loginsPerDay: 1_000, checksPerDay: 0, checkPeriodMs: 0 },
      ...options,
    })
  }

  open(possessions: Possessions = {}, driver = this.driver, instance = 3_100_000_001): OpenedSession {
    const surroundings = { clock: this.clock, random: systemRandom, log: keptLog(this.log) }
    const host = new WaitingHost(instance, surroundings, possessions)
    const session = driver.open(host)
    this.#sessions.push(session)
    return { host, session }
  }

  login({ session }: OpenedSession, way: LoginWay = { way: 'qr' }) {
    return followLogin(session.login(way))
  }

  /** A phone scans what is shown, while the clock goes on. */
  async scan(qr: string): Promise<'linked' | 'password'> {
    const scanned = this.fake.scan(OWN, qr)
    await this.#goOn(scanned)
    return await scanned
  }

  async linked(driver = this.driver): Promise<OpenedSession> {
    const opened = this.open({}, driver)
    await this.link(opened)
    return opened
  }

  async link(opened: OpenedSession): Promise<void> {
    const login = this.login(opened)
    await this.scan(await login.shown(0))
    assert.deepEqual(await login.end(), { kind: 'done' })
  }

  /** Scans whatever is shown last until the attempt ends, and resolves with its last step. */
  async scanUntilItEnds(login: ReturnType<typeof followLogin>) {
    const end = login.end()
    const isOver = end.then(() => true)
    for (let seen = 0; !(await Promise.race([isOver, sleep(4, false)]));) {
      this.clock.skip(500)
      const shown = login.codes()
      if (shown.length === seen) continue
      seen = shown.length
      this.fake.scan(OWN, shown.at(-1)?.value ?? '').catch(() => undefined)
    }
    return await end
  }

  async reopened({ session, host }: OpenedSession): Promise<void> {
    const { openings } = host
    await session.connect()
    await until(
      () => {
        // Whatever it waits for in between.
        this.clock.skip(50)
        return host.openings > openings
      },
      'the session to open',
      SLOW_MS,
    )
  }

  async loss({ host }: OpenedSession, index = 0): Promise<{ readonly fault: string; readonly waitMs: number }> {
    const { fault } = await until(() => host.losses[index], 'the loss')
    return { fault, waitMs: host.waits[index] ?? 0 }
  }

  /** How often a login was asked for. */
  get logins(): number {
    return this.fake.recording.asked(ASK.login).length
  }

  /** Ends all of it; what no web client does, and secrets in the log, fail the test. */
  async close(): Promise<void> {
    await Promise.all(this.#sessions.map((session) => session.disconnect()))
    await this.fake.close()
    assert.deepEqual(this.fake.recording.complaints, [])
    const secrets = [PASSWORD, ...this.fake.network.tokens.keys()]
    for (const line of this.log) for (const secret of secrets) assert.ok(!line.includes(secret), 'a secret in the log')
  }

  async #goOn(work: Promise<unknown>): Promise<void> {
    const isOver = work.then(
      () => true,
      () => true,
    )
    while (!(await Promise.race([isOver, sleep(4, false)]))) this.clock.skip(1_000)
  }
}
