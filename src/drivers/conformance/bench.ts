import assert from 'node:assert/strict'
import { silentLog } from '../../lib/log.ts'
import { systemRandom } from '../../lib/random.ts'
import type { MessageId } from '../../model/ids.ts'
import type { Session } from '../driver.ts'
import { followLogin } from './follow-login.ts'
import { RecordingHost } from './host.ts'
import type { DriverRig } from './rig.ts'

/** The rig of the running test, and sessions that are closed after it. */
export class Bench {
  readonly #start: () => Promise<DriverRig>
  #rig: DriverRig | undefined
  #sessions: Session[] = []

  constructor(start: () => Promise<DriverRig>) {
    this.#start = start
  }

  get rig(): DriverRig {
    assert.ok(this.#rig)
    return this.#rig
  }

  async setUp(): Promise<void> {
    this.#rig = await this.#start()
  }

  async tearDown(): Promise<void> {
    for (const session of this.#sessions.splice(0)) await session.disconnect()
    await this.rig.driver.close()
    await this.rig.close()
  }

  open(secrets?: Map<string, Uint8Array>): { session: Session; host: RecordingHost } {
    const { clock, driver } = this.rig
    const host = new RecordingHost(1101000001, { clock, random: systemRandom, log: silentLog }, secrets)
    const session = driver.open(host)
    this.#sessions.push(session)
    return { session, host }
  }

  /** Leaves a session to its fate: it stands for a process that died, whose commits never end. */
  abandon(session: Session): void {
    this.#sessions = this.#sessions.filter((one) => one !== session)
  }

  async linked(phone = this.rig.phones.own): Promise<{ session: Session; host: RecordingHost }> {
    const opened = this.open()
    const login = followLogin(opened.session.login({ way: 'qr' }))
    await this.rig.person.scan(await login.shown(0), phone)
    assert.deepEqual(await login.end(), { kind: 'done' })
    return opened
  }

  send(session: Session, id: string, to: string, text: string, signal = new AbortController().signal) {
    const chat = this.rig.driver.parseChatId(this.rig.chatOf(to))
    assert.ok(chat !== null)
    return session.send(id as MessageId, { chat, content: { kind: 'text', text } }, signal)
  }
}
