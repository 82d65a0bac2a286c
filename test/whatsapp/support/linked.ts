import assert from 'node:assert/strict'
import { facet, value } from '../../../src/drivers/conformance/bench.ts'
import { followLogin } from '../../../src/drivers/conformance/follow-login.ts'
import { RecordingHost, type Possessions } from '../../../src/drivers/conformance/host.ts'
import type { Driver, Session } from '../../../src/drivers/driver.ts'
import { whatsAppDriver } from '../../../src/drivers/whatsapp/driver.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { systemRandom } from '../../../src/lib/random.ts'
import { SkippingClock } from '../../../src/lib/skipping-clock.ts'
import { until } from '../../../src/lib/until.ts'
import type { ChatId, MessageId } from '../../../src/model/ids.ts'
import { takeKnownKeys } from '../../fakes/whatsapp/known-keys.ts'
import { trustFakeWhatsApp } from '../../fakes/whatsapp/trust.ts'
import { startWorld, type World } from '../../fakes/whatsapp/world.ts'

export const OWN = '79001000001'
export const PEER = '79001000002'
export const OTHER = '79001000003'
export const FILE_LIMIT_BYTES = 300_000

interface Limits {
  readonly checksPerDay?: number
}

/** A session on the fake WhatsApp. */
export interface Linked {
  readonly host: RecordingHost
  readonly session: Session
}

/** A fake WhatsApp, and sessions on it that are closed with it. */
export class Ground {
  readonly world: World
  readonly clock = new SkippingClock()
  readonly driver: Driver
  readonly #distrust: () => void
  readonly #sessions: Session[] = []
  #lastId = 0

  private constructor(world: World, distrust: () => void, { checksPerDay = 0 }: Limits) {
    this.world = world
    this.#distrust = distrust
    this.driver = whatsAppDriver({
      ...{ clock: this.clock, random: systemRandom, log: silentLog, url: world.fake.url },
      ...{ loginsPerSecond: 1_000, firstContactsPerDay: 0, sendsButtons: true, checksPerDay },
      fileLimitBytes: FILE_LIMIT_BYTES,
    })
    for (const phone of [OWN, PEER, OTHER]) world.person(phone)
  }

  static async open(limits: Limits = {}): Promise<Ground> {
    await takeKnownKeys()
    const world = await startWorld()
    return new Ground(world, await trustFakeWhatsApp(world.fake), limits)
  }

  async linked(phone = OWN, possessions: Possessions = {}): Promise<Linked> {
    const host = this.#host(possessions)
    const session = this.#open(host)
    const login = followLogin(session.login({ way: 'qr' }))
    await this.world.fake.scan(phone, await login.shown(0))
    assert.deepEqual(await login.end(), { kind: 'done' })
    return { host, session }
  }

  /** The same link as a new process finds it, `laterMs` after the old one ended. */
  async reopened({ host: before, session: ended }: Linked, laterMs = 0): Promise<Linked> {
    await ended.disconnect()
    this.clock.skip(laterMs)
    const host = this.#host({ kept: before.kept }, before.instance)
    const session = this.#open(host)
    await session.connect()
    await until(() => host.openings === 1, 'the session to be open again')
    return { host, session }
  }

  async close(): Promise<void> {
    for (const session of this.#sessions) await session.disconnect()
    await this.driver.close()
    await this.world.close()
    this.#distrust()
    assert.deepEqual(this.world.troubles, [])
  }

  newId(): MessageId {
    this.#lastId += 1
    return `3EB0F0${String(this.#lastId).padStart(8, '0')}` as MessageId
  }

  #host(possessions: Possessions, instance = 1_101_000_001 + this.#sessions.length): RecordingHost {
    const surroundings = { clock: this.clock, random: systemRandom, log: silentLog }
    return new RecordingHost(instance, surroundings, possessions)
  }

  #open(host: RecordingHost): Session {
    const session = this.driver.open(host)
    this.#sessions.push(session)
    return session
  }
}

/** The chat id that tells a number. */
export function chatOf(phone: string): ChatId {
  return `${phone}@c.us` as ChatId
}

/** The chat with a number, as this session names it. */
export async function nameOf({ session }: Linked, phone: string): Promise<ChatId> {
  const found = value(await facet(session, 'contacts').find({ phone })).account
  assert.ok(found !== null)
  return found.chat
}
