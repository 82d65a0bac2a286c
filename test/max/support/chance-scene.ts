import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../../../src/lib/until.ts'
import { retryOf } from '../../../src/model/fault.ts'
import type { ChatId, MessageId } from '../../../src/model/ids.ts'
import { Dice } from '../../durability/dice.ts'
import { ASK, TELL } from '../../fakes/max/opcodes.ts'
import { ChanceJudge, OTHER, type Said, type Sent } from './chance-judge.ts'
import { OWN, PEER, SessionScene, type OpenedSession } from './session-scene.ts'

const BUSY = 'too.many.requests'

type Act = readonly [name: string, weight: number, act: () => Promise<void> | void]

/** A session, persons who write to it and to whom it writes, and chance, which decides what happens next. */
export class ChanceScene {
  readonly tally: Record<string, number> = {}
  readonly #scene: SessionScene
  readonly #dice: Dice
  readonly #group: bigint
  /** Whether the network disorders what it tells; where it does not, order is kept. */
  readonly #reorders: boolean
  readonly #hosts: OpenedSession['host'][] = []
  readonly #said: Said[] = []
  readonly #sent: Sent[] = []
  #opened: OpenedSession
  #seen = 0
  #sending: Promise<void> = Promise.resolve()
  #isOver = false
  readonly #running: Promise<void>
  readonly #judge: ChanceJudge

  private constructor(scene: SessionScene, dice: Dice, opened: OpenedSession) {
    this.#scene = scene
    this.#dice = dice
    // Whoever disorders and brings nothing again loses: no network does both.
    this.#reorders = scene.fake.settings.redelivers !== 'none' && dice.chance(0.5)
    this.#opened = opened
    this.#hosts.push(opened.host)
    this.#group = scene.fake.person(PEER).found('Friends', [OWN, OTHER])
    this.#judge = new ChanceJudge({
      ...{ fake: scene.fake, group: this.#group, hosts: this.#hosts, said: this.#said, sent: this.#sent },
      reorders: this.#reorders,
    })
    this.#running = this.#run()
  }

  static async start(seed: number): Promise<ChanceScene> {
    const dice = new Dice(seed)
    const often = { count: 1_000_000, withinMs: 1_000 }
    const scene = await SessionScene.start({
      ...{ loginLimit: often, lookUpLimit: often, redelivers: dice.pick(['told', 'all', 'none'] as const) },
      tellsRemovals: dice.pick(['message', 'list'] as const),
    })
    scene.fake.person(OTHER)
    const opened = await scene.linked(scene.newDriver({ loginsPerDay: 1_000_000 }))
    return new ChanceScene(scene, dice, opened)
  }

  async step(): Promise<void> {
    const { fake } = this.#scene
    const anybody = () => this.#dice.pick([PEER, OTHER])
    const acts: readonly Act[] = [
      ['say', 10, () => this.#say(anybody())],
      ['burst', 1, () => void Array.from({ length: 70 }, () => this.#say(PEER))],
      ['sayByPhone', 2, () => this.#say(OWN)],
      [
        'edit',
        3,
        () => this.#change((one, person) => person.edit(one.to, one.id, `edited ${String(this.#whole(0, 1e6))}`)),
      ],
      ['remove', 1, () => this.#change((one, person) => person.remove(one.to, [one.id]))],
      [
        'react',
        2,
        () => this.#change((one, person) => person.react(one.to, one.id, this.#dice.pick(['👍', '❤️', null]))),
      ],
      ['read', 3, () => fake.person(anybody()).read(this.#dice.pick([OWN, this.#group]))],
      ['send', 6, () => this.#send()],
      ['pause', 4, () => sleep(this.#whole(1, 60))],
      ['drop', 2, () => fake.drop(OWN)],
      ['restart', 1, () => this.#restart()],
      ['away', 1, () => this.#away()],
      ['trouble', 4, () => this.#trouble()],
      ['calm', 2, () => this.#calm()],
    ]
    const [name, , act] = this.#weighed(acts)
    this.tally[name] = (this.tally[name] ?? 0) + 1
    await act()
    if (this.#dice.chance(0.5)) await sleep(this.#whole(0, 12))
  }

  /** No more troubles: until everything is where it belongs. */
  async settle(): Promise<void> {
    this.#calm()
    await this.#sending
    const { fake } = this.#scene
    // Whatever is missing by now comes with a new connection, where the network brings it again at all.
    await this.#restart()
    await until(
      () => this.#opened.host.openings > 0 && fake.person(OWN).unacknowledged().length === 0,
      'all to be taken',
      20_000,
    )
    await until(() => this.#judge.missing().length === 0, 'all to be told', 10_000).catch(() => undefined)
  }

  /** What is not as it should be. */
  troubles(): readonly string[] {
    return this.#judge.troubles()
  }

  async close(): Promise<void> {
    this.#isOver = true
    await this.#running
    await this.#scene.close()
  }

  /** What a runner does: connects what was lost, and no sooner than it is told. */
  async #run(): Promise<void> {
    while (!this.#isOver) {
      await sleep(3)
      this.#scene.clock.skip(60)
      const { host, session } = this.#opened
      if (host.losses.length === this.#seen) continue
      this.#seen = host.losses.length
      this.#scene.clock.skip(host.waits.at(-1) ?? 0)
      await session.connect()
    }
  }

  #say(from: string): void {
    const to = this.#whole(0, 2) === 0 ? this.#group : from === OWN ? PEER : OWN
    const { id } = this.#scene.fake.person(from).say(to, `said ${String(this.#said.length)}`)
    this.#said.push({ from, to, id })
  }

  #change(act: (one: Said, person: ReturnType<SessionScene['fake']['person']>) => unknown): void {
    if (this.#said.length === 0) return
    const one = this.#dice.pick(this.#said.slice(-20))
    try {
      act(one, this.#scene.fake.person(one.from))
    } catch {
      // It was removed before.
    }
  }

  #send(): void {
    const number = this.#sent.length
    const one: Sent = {
      id: `1150000000${String(number).padStart(8, '0')}` as MessageId,
      text: `sent ${String(number)}`,
      end: 'open',
    }
    this.#sent.push(one)
    const chat = this.#whole(0, 2) === 0 ? String(this.#group) : String(this.#scene.fake.person(PEER).person.id)
    this.#sending = this.#sending.then(() => this.#bring(one, chat as ChatId))
  }

  /** As a sender does: again where nothing left, never where it may have. */
  async #bring(one: Sent, chat: ChatId): Promise<void> {
    let isUnsure = false
    for (let tries = 0; tries < 400; tries += 1) {
      const { session } = this.#opened
      if (isUnsure) {
        const found = await session.lookup(one.id)
        if (found === 'sent') return void (one.end = 'sent')
        isUnsure = found === 'unknown'
      } else {
        const content = { kind: 'text', text: one.text } as const
        const verdict = await session.send(one.id, { chat, content }, new AbortController().signal)
        if (verdict.ok) return void (one.end = 'sent')
        isUnsure = retryOf(verdict.fault) === 'unsure'
        assert.notEqual(retryOf(verdict.fault), 'never', verdict.fault.message)
      }
      await sleep(4)
    }
    one.end = 'unconfirmed'
  }

  #trouble(): void {
    const { faults } = this.#scene.fake
    const when = this.#dice.pick(['before', 'after'] as const)
    const skip = this.#whole(0, 4)
    const opcode = this.#dice.pick([ASK.send, ASK.login, ASK.history, ASK.init])
    this.#dice.pick([
      () => (faults.duplicate = true),
      () => (faults.reorder = this.#reorders ? 3 : 0),
      () => (faults.cut = { of: 'push', opcode: TELL.message, when, skip, times: 1, phone: OWN }),
      () => (faults.cut = { of: 'request', opcode, when, skip: skip % 2, times: 1 }),
      () => faults.silences.set(ASK.send, { times: 1, phone: OWN }),
      () => faults.refusals.set(ASK.send, { code: BUSY, times: 1, phone: OWN }),
      () => faults.refusals.set(ASK.history, { code: BUSY, times: 2, phone: OWN }),
      () => this.#opened.host.rejectNext(1),
    ])()
  }

  #calm(): void {
    const { faults } = this.#scene.fake
    faults.duplicate = false
    faults.reorder = 0
    faults.cut = null
    faults.silences.clear()
    faults.refusals.clear()
  }

  /** Another process goes on with what this one kept. */
  async #restart(): Promise<void> {
    const { session, host } = this.#opened
    await session.disconnect()
    const possessions = { kept: host.kept, journal: host.journal }
    this.#opened = this.#scene.open(possessions, this.#scene.newDriver({ loginsPerDay: 1_000_000 }))
    this.#hosts.push(this.#opened.host)
    this.#seen = 0
    await this.#opened.session.connect()
  }

  async #away(): Promise<void> {
    await this.#opened.session.disconnect()
    for (let said = this.#whole(1, 60); said > 0; said -= 1) this.#say(this.#dice.pick([PEER, OTHER, OWN]))
    await this.#opened.session.connect()
  }

  #weighed(all: readonly Act[]): Act {
    let left = this.#whole(
      1,
      all.reduce((sum, [, weight]) => sum + weight, 0),
    )
    for (const one of all) if ((left -= one[1]) <= 0) return one
    throw new Error('nothing is picked')
  }

  #whole(least: number, most: number): number {
    return least + this.#dice.below(most - least + 1)
  }
}
