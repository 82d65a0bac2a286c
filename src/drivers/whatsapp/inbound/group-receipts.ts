import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { checkedJson } from '../../../lib/checked-json.ts'
import { Recent } from '../../../lib/recent.ts'
import type { ChatId, EpochMs, MessageId } from '../../../model/ids.ts'
import type { GroupMetadata } from '../engine/engine.ts'
import { isLid, plainJid, userOf } from '../jids.ts'
import type { Draft } from '../life.ts'
import type { InboundParts } from './reading.ts'

type Parts = Pick<InboundParts, 'host' | 'store' | 'people' | 'directory'>

interface GroupReceipt {
  readonly id: MessageId
  readonly group: string
  readonly by: string
  readonly status: 'delivered' | 'read'
  readonly at: EpochMs
}

/** Who has a message and who has read it, while that is not everybody: JSON in the note `group-receipts|<group>|<id>`. */
const Tally = Type.Object({
  /** Users of lids, where these are known, else of numbers; who has read it has it. */
  delivered: Type.Array(Type.String()),
  read: Type.Array(Type.String()),
  /** What was told. */
  told: Type.Enum(['', 'delivered', 'read']),
})
type Tally = Static<typeof Tally>
const tally = Compile(Tally)
const NO_TALLY: Tally = { delivered: [], read: [], told: '' }

const KEPT_MS = 7 * 86_400_000
const CACHED = 64
/** Groups have no more members. */
const MOST = 2_048

/** Receipts of messages to groups, counted until everybody's is there. */
export class GroupReceipts {
  readonly #parts: Parts
  readonly #known = new Recent<string, Tally>(CACHED)

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async take({ id, group, by, status, at }: GroupReceipt, draft: Draft): Promise<void> {
    const name = `group-receipts|${group}|${id}`
    const before = await this.#tallyOf(name)
    const user = await this.#userOf(by)
    if (before.told === 'read' || before[status].includes(user) || before.delivered.length >= MOST) return
    const delivered = before.delivered.includes(user) ? before.delivered : [...before.delivered, user]
    const read = status === 'read' ? [...before.read, user] : before.read
    const others = await this.#othersIn(group)
    const told = everybody(others, read) ? 'read' : everybody(others, delivered) ? 'delivered' : ''
    const after: Tally = { delivered, read, told: told === '' ? before.told : told }
    this.#known.set(name, after)
    draft.notes.set(name, { value: Buffer.from(JSON.stringify(after)), until: this.#parts.host.clock.now() + KEPT_MS })
    if (told !== '' && told !== before.told)
      draft.events.push({ kind: 'status', id, chat: group as ChatId, status: told, at })
  }

  async #tallyOf(name: string): Promise<Tally> {
    return this.#known.get(name) ?? checkedJson(tally, await this.#parts.store.read(name)) ?? NO_TALLY
  }

  /** Members but for the account itself; null where the network does not tell them now. */
  async #othersIn(group: string): Promise<ReadonlySet<string> | null> {
    const known = await this.#parts.directory.group(group)
    if (known === null) return null
    const others = known.participants.filter((member) => !namesOf(member).some((jid) => this.#parts.people.isOwn(jid)))
    return new Set(await Promise.all(others.map((member) => this.#userOf(namesOf(member).find(isLid) ?? member.id))))
  }

  async #userOf(jid: string): Promise<string> {
    const names = await this.#parts.people.namesOf(jid)
    return userOf(names.find(isLid) ?? plainJid(jid))
  }
}

function namesOf({ id, lid, phoneNumber }: GroupMetadata['participants'][number]): readonly string[] {
  return [id, lid, phoneNumber].map(plainJid).filter((jid) => jid !== '')
}

/** Where nobody tells who the members are, one of them stands for all. */
function everybody(others: ReadonlySet<string> | null, users: readonly string[]): boolean {
  if (others === null || others.size === 0) return users.length > 0
  const there = new Set(users)
  return [...others].every((user) => there.has(user))
}
