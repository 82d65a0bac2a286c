import { setTimeout as sleep } from 'node:timers/promises'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import type { Dice } from './dice.ts'
import { Created, type Gateway } from './gateway.ts'

const Listed = Compile(
  Type.Array(
    Type.Object({
      idInstance: Type.Integer(),
      apiTokenInstance: Type.String(),
      name: Type.String(),
      deleted: Type.Boolean(),
    }),
  ),
)
const AGAIN_MS = 15

/** What the partner asked for, by the name that it gave. */
interface Wish {
  readonly name: string
  /** Each answer, as `id token`. */
  readonly answers: string[]
  deleted: boolean
}

/** A partner that makes instances, each with a key and again and again until it is answered, and deletes some of them. */
export class Partner {
  readonly #gateway: Pick<Gateway, 'api' | 'partnerPath'>
  readonly #dice: Dice
  readonly #wishes: Wish[] = []
  #going = true
  #abandoned = false
  #activity: Promise<void> = Promise.resolve()

  constructor(gateway: Pick<Gateway, 'api' | 'partnerPath'>, dice: Dice) {
    this.#gateway = gateway
    this.#dice = dice
  }

  start(): void {
    this.#activity = this.#work()
  }

  /** Resolves when every wish is answered. */
  async stop(): Promise<void> {
    this.#going = false
    await this.#activity
  }

  async abandon(): Promise<void> {
    this.#abandoned = true
    await this.stop()
  }

  get made(): number {
    return this.#wishes.length
  }

  /** What the list of a running server breaks: each wish is one instance, none is there that nobody wished for. */
  async faults(linked: readonly number[]): Promise<readonly string[]> {
    const list = Listed.Parse(await this.#gateway.api.ask('GET', this.#gateway.partnerPath('getInstances')))
    const rest = new Map(list.map((row) => [row.idInstance, row]))
    for (const id of linked) rest.delete(id)
    const faults: string[] = []
    for (const { name, answers, deleted } of this.#wishes) {
      const mine = list.filter((row) => row.name === name)
      for (const row of mine) rest.delete(row.idInstance)
      const [row] = mine
      if (mine.length !== 1 || row === undefined) faults.push(`${name} was made ${mine.length} times`)
      else if (answers.some((answer) => answer !== `${row.idInstance} ${row.apiTokenInstance}`))
        faults.push(`${name} is ${row.idInstance} with its token, and was answered ${answers.join(', ')}`)
      else if (row.deleted !== deleted) faults.push(`${name} is ${row.deleted ? '' : 'not '}deleted`)
    }
    const ids = new Set(list.map((row) => row.idInstance))
    if (ids.size !== list.length) faults.push('an id is listed twice')
    return [...faults, ...[...rest.values()].map((row) => `nobody wished for ${row.name} (${row.idInstance})`)]
  }

  async #work(): Promise<void> {
    for (let count = 1; this.#going; count += 1) {
      const wish: Wish = { name: `wish ${count}`, answers: [], deleted: false }
      this.#wishes.push(wish)
      const repeats = this.#dice.chance(0.2) ? 2 : 1
      for (let repeat = 1; repeat <= repeats; repeat += 1) await this.#make(wish)
      if (this.#dice.chance(0.3)) await this.#delete(wish)
      await sleep(this.#dice.below(150))
    }
  }

  async #make(wish: Wish): Promise<void> {
    const key = wish.name.replace(' ', '-')
    const answer = await this.#insist('createInstance', { name: wish.name }, { 'idempotency-key': key })
    if (answer === null) return
    const { idInstance, apiTokenInstance } = Created.Parse(answer)
    wish.answers.push(`${idInstance} ${apiTokenInstance}`)
  }

  /** Whatever is answered: one that was repeated finds it deleted already. The list shows whether it is. */
  async #delete(wish: Wish): Promise<void> {
    const idInstance = Number(wish.answers[0]?.split(' ')[0])
    wish.deleted = (await this.#insist('deleteInstanceAccount', { idInstance }, {})) !== null
  }

  /** Asks until there is an answer; null when nobody wants it any more. */
  async #insist(method: string, body: object, headers: Readonly<Record<string, string>>): Promise<unknown> {
    while (!this.#abandoned) {
      const answer = await this.#gateway.api.call('POST', this.#gateway.partnerPath(method), body, headers)
      if (typeof answer === 'object') return answer.body
      await sleep(AGAIN_MS)
    }
    return null
  }
}
