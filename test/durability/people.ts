import { setTimeout as sleep } from 'node:timers/promises'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import type { Dice } from './dice.ts'
import type { Subject } from './evidence.ts'
import { bytesOf } from './file-server.ts'
import type { Gateway } from './gateway.ts'
import type { Moments } from './moments.ts'

const FRIENDS = ['79005550001', '79005550002', '79005550003', '79005550004']
const Written = Compile(Type.Object({ idMessage: Type.String() }))
const Stored = Compile(Type.Object({ sha256: Type.String() }))
const Phones = Compile(
  Type.Array(Type.Object({ phoneNumber: Type.String(), messenger: Type.String(), address: Type.String() })),
)
const Group = Compile(Type.Object({ group: Type.String() }))
const Calls = Compile(Type.Object({ idCall: Type.String() }))
const Groups = Compile(Type.Array(Type.Object({ group: Type.String() })))

/** Numbers that end so have no account. */
const NOBODY = '79005550000'
const REMEMBERED = 60

/** A message of a phone. */
interface Written {
  readonly from: string
  readonly to: string
  readonly messenger: Subject['messenger']
  readonly kind: 'text' | 'file' | 'poll'
  readonly id: string
}

/** The phones of the simulated network, and its troubles. It is never killed, so whatever it has answered holds. */
export class People {
  readonly #network: Gateway['network']
  readonly #moments: Moments
  readonly #dice: Dice
  #going = true
  #activities: Promise<void>[] = []
  /** The group of each subject. */
  readonly #groups = new Map<Subject, string>()
  /** What phones have written last. */
  readonly #written: Written[] = []

  constructor(network: Gateway['network'], moments: Moments, dice: Dice) {
    this.#network = network
    this.#moments = moments
    this.#dice = dice
  }

  /** Two friends read at once what they get; each instance's phone has a group with them. */
  async settle(subjects: readonly Subject[]): Promise<void> {
    for (const messenger of new Set(subjects.map((subject) => subject.messenger))) {
      for (const [index, phoneNumber] of FRIENDS.entries())
        await this.#ask('phones', { phoneNumber, messenger, autoRead: index < 2 })
    }
    for (const subject of subjects) {
      const { phone: by, messenger } = subject
      const made = await this.#ask('groups', { by, messenger, name: `of ${by}`, members: FRIENDS })
      this.#groups.set(subject, Group.Parse(made).group)
    }
  }

  /** The chats that an instance writes to: friends mostly, the others' phones, its group, rarely a number without an account. */
  async chatsOf(subject: Subject, all: readonly Subject[]): Promise<readonly string[]> {
    const others = all.filter((other) => other.messenger === subject.messenger && other !== subject)
    const people = [...FRIENDS, ...FRIENDS, ...FRIENDS, ...others.map((other) => other.phone)]
    const group = this.#groups.get(subject) ?? ''
    if (subject.messenger === 'whatsapp') return [...[...people, NOBODY].map((phone) => `${phone}@c.us`), group, group]
    // Elsewhere a chat goes by its own id, which stays the same while the network can't be asked.
    const phones = Phones.Parse(await this.#network.ask('GET', `/simulator/phones?messenger=${subject.messenger}`))
    const ids = new Map(
      phones.filter((row) => row.messenger === subject.messenger).map((row) => [row.phoneNumber, row.address]),
    )
    return [...people.map((phone) => ids.get(phone) ?? ''), `${NOBODY}@c.us`, group, group]
  }

  /** Somebody to make groups with. */
  get friend(): string {
    return FRIENDS[0] ?? ''
  }

  /** Which of these groups, each with its maker's phone, are not there. */
  async missing(groups: ReadonlyMap<string, string>): Promise<readonly string[]> {
    const there = new Set<string>()
    for (const phone of new Set(groups.values())) {
      const rows = Groups.Parse(await this.#network.ask('GET', `/simulator/groups?phone=${phone}`))
      for (const { group } of rows) there.add(group)
    }
    return [...groups.keys()].filter((group) => !there.has(group))
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
      const subject = this.#dice.pick(subjects)
      await this.#act(friend, subject, `${friend} to ${subject.phone} ${count}`)
      this.#moments.happens('phone wrote')
      await sleep(10 + this.#dice.below(100))
    }
  }

  async #act(friend: string, subject: Subject, text: string): Promise<void> {
    const { phone, messenger } = subject
    const ownPhone = this.#dice.chance(0.15)
    const inGroup = this.#dice.chance(0.1)
    const [from, other] = ownPhone ? [phone, friend] : [friend, phone]
    const to = inGroup ? (this.#groups.get(subject) ?? '') : other
    const say = (kind: Written['kind'], content: object) =>
      this.#say({ from, to, messenger, kind }, { kind, ...content })
    const others: readonly (() => Promise<unknown>)[] = [
      async () => say('file', { ...(await this.#file(text)), caption: text }),
      async () => say('file', { ...(await this.#file(text)), caption: text }),
      () => say('poll', { question: text, options: ['one', 'two'] }),
      () => this.#about(['text'], (target) => ({ kind: 'edit', target, text: `${text} instead` })),
      () => this.#about(['text'], (target) => ({ kind: 'edit', target, text: `${text} at last` })),
      () => this.#about(['text', 'file'], (target) => ({ kind: 'deletion', target }), true),
      () => this.#about(['text', 'file', 'poll'], (target) => ({ kind: 'reaction', target, emoji: '👍' })),
      () => this.#about(['poll'], (poll) => ({ kind: 'vote', poll, choices: [this.#dice.pick(['one', 'two'])] })),
      ...(messenger === 'whatsapp'
        ? [() => this.#call(friend, phone), () => this.#ask('statuses', { from, text, messenger })]
        : []),
    ]
    if (this.#dice.chance(0.6)) await this.#dice.pick(others)()
    else await say('text', { text })
  }

  async #say(written: Omit<Written, 'id'>, content: object): Promise<void> {
    const { from, to, messenger } = written
    const answer = await this.#ask('messages', { from, to, messenger, content })
    this.#written.push({ ...written, id: Written.Parse(answer).idMessage })
    if (this.#written.length > REMEMBERED) this.#written.shift()
  }

  /** Something about one of the latest messages, by who wrote it. */
  async #about(kinds: readonly Written['kind'][], content: (target: string) => object, isLast = false): Promise<void> {
    const some = this.#written.filter(({ kind }) => kinds.includes(kind))
    if (some.length === 0) return
    const one = this.#dice.pick(some)
    if (isLast) this.#written.splice(this.#written.indexOf(one), 1)
    const { id, from, to, messenger } = one
    await this.#ask('messages', { from, to, messenger, content: content(id) })
  }

  async #file(text: string): Promise<object> {
    const { sha256 } = Stored.Parse(await this.#network.give('/simulator/files', bytesOf(text)))
    return { file: { sha256 }, name: 'phone.txt', mimeType: 'text/plain' }
  }

  /** It rings for a while, then it is answered or not. */
  async #call(from: string, to: string): Promise<void> {
    const { idCall: id } = Calls.Parse(await this.#ask('calls', { from, to, messenger: 'whatsapp' }))
    await sleep(this.#dice.below(60))
    await this.#ask('calls/end', {
      id,
      status: this.#dice.pick(['pickUp', 'hungUp', 'declined']),
      messenger: 'whatsapp',
    })
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

  #ask(path: string, body: object): Promise<unknown> {
    return this.#network.ask('POST', `/simulator/${path}`, body)
  }
}
