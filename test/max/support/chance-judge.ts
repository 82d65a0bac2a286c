import type { MessageId } from '../../../src/model/ids.ts'
import type { NetworkMessage } from '../../../src/model/message.ts'
import type { FakeMax } from '../../fakes/max/server.ts'
import { OWN, PEER, type WaitingHost } from './session-scene.ts'

export const OTHER = '79001000003'
const STATUSES = ['sent', 'delivered', 'read']

/** By a person. */
export interface Said {
  readonly from: string
  readonly to: string | bigint
  readonly id: bigint
}

/** By the API. */
export interface Sent {
  readonly id: MessageId
  readonly text: string
  /** open: nobody knows yet. */
  end: 'open' | 'sent' | 'unconfirmed'
}

interface Evidence {
  readonly fake: FakeMax
  readonly group: bigint
  /** Of all processes, the first one first. */
  readonly hosts: readonly WaitingHost[]
  readonly said: readonly Said[]
  readonly sent: readonly Sent[]
  /** Whether the network disorders what it tells; where it does not, order is kept. */
  readonly reorders: boolean
}

/** What the network has, held against what was told and answered. */
export class ChanceJudge {
  readonly #evidence: Evidence

  constructor(evidence: Evidence) {
    this.#evidence = evidence
  }

  /** What is not as it should be. */
  troubles(): readonly string[] {
    return [
      ...this.missing().map((id) => `${id} is lost`),
      ...this.#doubled(),
      ...this.#disordered(),
      ...this.#stale(),
      ...this.#unsent(),
      ...this.#backwards(),
    ]
  }

  #told(): readonly NetworkMessage[] {
    return this.#evidence.hosts.flatMap((host) => host.messages())
  }

  /** What was said, is there still and was never told. */
  missing(): readonly string[] {
    const told = new Set(this.#told().map(({ id }) => String(id)))
    const there = new Set(this.#there().map(({ id }) => id))
    return this.#evidence.said.flatMap(({ id }) => (there.has(id) && !told.has(String(id)) ? [String(id)] : []))
  }

  #doubled(): readonly string[] {
    const seen = new Set<string>()
    return this.#told().flatMap(({ id, content }) => {
      if (content.kind !== 'text') return []
      if (seen.has(id)) return [`${id} is told twice`]
      seen.add(id)
      return []
    })
  }

  #disordered(): readonly string[] {
    if (this.#evidence.reorders) return []
    const last = new Map<string, bigint>()
    // Those that were removed by then are in no history.
    const there = new Set(this.#there().map(({ id }) => String(id)))
    return this.#told().flatMap(({ id, chat, content, direction }) => {
      if (content.kind !== 'text' || direction === 'out' || !there.has(id)) return []
      const before = last.get(chat.id) ?? 0n
      last.set(chat.id, BigInt(id))
      return BigInt(id) < before ? [`${id} is told behind a later one`] : []
    })
  }

  /** Changes while nobody is there are brought by a network alone that brings everything. */
  #stale(): readonly string[] {
    const { fake } = this.#evidence
    if (this.#evidence.reorders || fake.settings.redelivers !== 'all') return []
    const texts = new Map<string, string>()
    for (const { id, content } of this.#told())
      if (content.kind === 'text') texts.set(id, texts.get(id) ?? content.text)
      else if (content.kind === 'edit') texts.set(content.target, content.text)
    return this.#there().flatMap(({ id, text, isEdited }) => {
      const told = texts.get(String(id))
      return isEdited && told !== undefined && told !== text
        ? [`${String(id)} says ${text} and was told as ${told}`]
        : []
    })
  }

  #there() {
    const own = this.#evidence.fake.person(OWN)
    return [PEER, OTHER, this.#evidence.group].flatMap((chat) => own.messages(chat))
  }

  #unsent(): readonly string[] {
    const texts = this.#there().map(({ text }) => text)
    const told = new Set(this.#told().map(({ content }) => (content.kind === 'text' ? content.text : '')))
    return this.#evidence.sent.flatMap(({ text, end }) => {
      const count = texts.filter((one) => one === text).length
      const isRight = end === 'unconfirmed' ? count <= 1 : count === 1
      return [
        ...(isRight ? [] : [`${text} is ${end} and there ${String(count)} times`]),
        ...(told.has(text) ? [`${text} is told as if another device had sent it`] : []),
      ]
    })
  }

  #backwards(): readonly string[] {
    return this.#evidence.sent.flatMap(({ id }) => {
      const steps = this.#evidence.hosts.flatMap((host) => host.statuses(id)).map((status) => STATUSES.indexOf(status))
      return steps.some((step, index) => step < (steps[index - 1] ?? 0))
        ? [`the statuses of ${id} go back: ${steps.join(' ')}`]
        : []
    })
  }
}
