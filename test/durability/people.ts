import { setTimeout as sleep } from 'node:timers/promises'
import type { Dice } from './dice.ts'
import type { Subject } from './evidence.ts'
import type { Gateway } from './gateway.ts'
import type { Moments } from './moments.ts'

const FRIENDS = ['79005550001', '79005550002', '79005550003', '79005550004']
/** Numbers that end so have no account. */
const NOBODY = '79005550000'

/** The phones of the simulated network, and its troubles. It is never killed, so whatever it has answered holds. */
export class People {
  readonly #network: Gateway['network']
  readonly #moments: Moments
  readonly #dice: Dice
  #going = true
  #activities: Promise<void>[] = []

  constructor(network: Gateway['network'], moments: Moments, dice: Dice) {
    this.#network = network
    this.#moments = moments
    this.#dice = dice
  }

  /** Two friends read at once what they get. */
  async settle(messengers: readonly Subject['messenger'][]): Promise<void> {
    for (const messenger of new Set(messengers)) {
      for (const [index, phoneNumber] of FRIENDS.entries())
        await this.#ask('phones', { phoneNumber, messenger, autoRead: index < 2 })
    }
  }

  /** Whom an instance writes to: friends mostly, the others' phones, rarely a number without an account. */
  recipientsOf(subject: Subject, all: readonly Subject[]): readonly string[] {
    const others = all.filter((other) => other.messenger === subject.messenger && other !== subject)
    return [...FRIENDS, ...FRIENDS, ...FRIENDS, ...others.map((other) => other.phone), NOBODY]
  }

  start(subjects: readonly Subject[]): void {
    this.#activities = [...FRIENDS.map((friend) => this.#write(friend, subjects)), this.#trouble(subjects)]
  }

  /** Resolves when nobody writes any more and every trouble is over. */
  async stop(): Promise<void> {
    this.#going = false
    await Promise.all(this.#activities)
    await this.#network.ask('DELETE', '/simulator/faults')
  }

  async #write(friend: string, subjects: readonly Subject[]): Promise<void> {
    for (let count = 1; this.#going; count += 1) {
      const { phone, messenger } = this.#dice.pick(subjects)
      const ownPhone = this.#dice.chance(0.15)
      const [from, to] = ownPhone ? [phone, friend] : [friend, phone]
      await this.#ask('messages', { from, to, messenger, text: `${from} to ${to} ${count}` })
      this.#moments.happens('phone wrote')
      await sleep(10 + this.#dice.below(100))
    }
  }

  async #trouble(subjects: readonly Subject[]): Promise<void> {
    while (this.#going) {
      const { phone: phoneNumber, messenger } = this.#dice.pick(subjects)
      const where = { phoneNumber, messenger }
      switch (this.#dice.below(8)) {
        case 0:
          await this.#ask('faults', { kind: 'dropConnections' })
          break
        case 1:
          await this.#ask('faults', { kind: 'loseVerdicts', count: 1, ...where })
          break
        case 2:
          await this.#ask('faults', { kind: 'failSends', count: 1, ...where })
          break
        case 3:
          await this.#ask('faults', { kind: 'delayVerdicts', delayMs: 1 + this.#dice.below(40), ...where })
          break
        case 4:
          await this.#ask('faults', { kind: 'delayReceipts', delayMs: 1 + this.#dice.below(40), ...where })
          break
        case 5:
          await this.#network.ask('DELETE', '/simulator/faults')
          break
        default:
          await this.#ask('faults', { kind: 'duplicatePushes', count: 1 + this.#dice.below(4), ...where })
      }
      await sleep(50 + this.#dice.below(400))
    }
  }

  async #ask(path: string, body: object): Promise<void> {
    await this.#network.ask('POST', `/simulator/${path}`, body)
  }
}
