import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { checkedJson } from '../../../lib/checked-json.ts'
import type { NetworkCall } from '../../../model/call.ts'
import type { MessageId } from '../../../model/ids.ts'
import { line } from '../../network/bounded.ts'
import type { BinaryNode } from '../engine/engine.ts'
import { isPerson, plainJid } from '../jids.ts'
import { Serial } from '../../../lib/serial.ts'
import { maskedTrouble } from '../engine/log.ts'
import { newDraft, type Draft } from '../life.ts'
import { messageId } from './bounded.ts'
import { timeOf } from './envelope.ts'
import { partyOf } from './parties.ts'
import type { InboundParts } from './reading.ts'

type Parts = Pick<InboundParts, 'host' | 'store' | 'people' | 'directory'> & { readonly ended: AbortSignal }

/** What is kept of a call while it goes on, since only its offer tells it: JSON in the note `call|<id>`. */
const Kept = Type.Object({
  caller: Type.String(),
  callerAlt: Type.String(),
  isVideo: Type.Boolean(),
  isGroup: Type.Boolean(),
  status: Type.Enum(['offer', 'pickUp', 'hungUp', 'declined']),
  /** When this status began. */
  at: Type.Number(),
  isOver: Type.Boolean(),
})
type Kept = Static<typeof Kept>
const kept = Compile(Kept)

const KEPT_MS = 86_400_000
const LONGEST_MS = 30 * 86_400_000
/** That somebody answered is told a little later: where the end follows at once, it is told with how long they talked, once. */
const ANSWERED_AFTER_MS = 1_000

/** What is done before the engine sees what the network says of a call: resolves when it is committed. */
export function followCalls(parts: Parts): (stanza: BinaryNode) => Promise<void> {
  const calls = new Calls(parts)
  return (stanza) => calls.take(stanza)
}

class Calls {
  readonly #parts: Parts
  /** Those that were answered and not yet told so. */
  readonly #answered = new Set<string>()
  readonly #serial = new Serial()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  take(stanza: BinaryNode): Promise<void> {
    return this.#serial.run(() => this.#take(stanza))
  }

  async #take(stanza: BinaryNode): Promise<void> {
    const [what] = Array.isArray(stanza.content) ? stanza.content : []
    const id = messageId(what?.attrs['call-id']) as MessageId
    if (what === undefined || id === '') return
    const before = checkedJson(kept, await this.#parts.store.read(`call|${id}`))
    const status = before?.isOver === true ? null : statusAfter(before?.status, what)
    const around = before ?? this.#around(stanza, what)
    if (status === null || around === null) return
    const at = timeOf(stanza.attrs['t'], this.#parts.host.clock.now())
    const isOver = what.tag === 'terminate' || what.tag === 'reject'
    await this.#keep(id, { ...around, status, at, isOver }, stanza, what)
  }

  async #keep(id: MessageId, call: Kept, stanza: BinaryNode, what: BinaryNode): Promise<void> {
    const { host, people, directory, store } = this.#parts
    const draft = newDraft()
    if (!people.isOwn(call.caller)) await directory.noteName(call.caller, line(stanza.attrs['notify']), draft)
    const note = { value: Buffer.from(JSON.stringify(call)), until: host.clock.now() + KEPT_MS }
    draft.notes.set(`call|${id}`, note)
    const isAnswer = what.tag === 'accept'
    if (!isAnswer) await this.#tell(id, call, what.tag === 'terminate' ? durationIn(what.attrs) : 0, draft)
    await store.commit(draft)
    if (isAnswer) this.#tellSoon(id, call)
    else this.#answered.delete(id)
  }

  #tellSoon(id: MessageId, call: Kept): void {
    this.#answered.add(id)
    this.#parts.host.clock.after(ANSWERED_AFTER_MS, () => {
      if (!this.#parts.ended.aborted) void this.#serial.run(() => this.#tellAnswered(id, call))
    })
  }

  async #tellAnswered(id: MessageId, call: Kept): Promise<void> {
    // The end came meanwhile and told it.
    if (!this.#answered.delete(id)) return
    try {
      const draft = newDraft()
      await this.#tell(id, call, 0, draft)
      await this.#parts.store.commit(draft)
    } catch (error) {
      // The end of the call tells it as well.
      this.#parts.host.log.warn({ id, error: maskedTrouble(error) }, 'that a call was answered was not stored')
    }
  }

  #around(stanza: BinaryNode, what: BinaryNode): Kept | null {
    const { attrs } = what
    const caller = plainJid(attrs['call-creator'] ?? attrs['from'] ?? stanza.attrs['from'])
    if (!isPerson(caller)) return null
    const callerAlt = plainJid(caller.endsWith('@lid') ? attrs['caller_pn'] : attrs['caller_lid'])
    const isVideo = Array.isArray(what.content) && what.content.some(({ tag }) => tag === 'video')
    const isGroup = attrs['type'] === 'group' || attrs['group-jid'] !== undefined
    return {
      caller,
      callerAlt,
      isVideo: isVideo || attrs['media'] === 'video',
      isGroup,
      status: 'offer',
      at: 0,
      isOver: false,
    }
  }

  async #tell(
    id: MessageId,
    { caller, callerAlt, isVideo, isGroup, status, at }: Kept,
    durationMs: number,
    draft: Draft,
  ) {
    const { people } = this.#parts
    if (caller.endsWith('@lid')) await people.learn(caller, callerAlt, draft)
    else await people.learn(callerAlt, caller, draft)
    // Of its own calls an account hears from its phone.
    if (people.isOwn(caller)) return
    const call: NetworkCall = {
      ...{ id, direction: 'in', chat: await partyOf(this.#parts, caller, callerAlt), status, isVideo, isGroup, at },
      ...{ durationS: Math.round(durationMs / 1000), participants: [] },
    }
    draft.events.push({ kind: 'call', call })
  }
}

/** What a call becomes by what is said of it; null when that changes nothing. */
function statusAfter(before: Kept['status'] | undefined, { tag, attrs }: BinaryNode): Kept['status'] | null {
  switch (tag) {
    case 'offer':
    case 'offer_notice':
      return before === undefined ? 'offer' : null
    case 'accept':
      return before === undefined || before === 'offer' ? 'pickUp' : null
    case 'reject':
      return before === undefined || before === 'offer' ? 'hungUp' : null
    case 'terminate':
      return endOf(before, attrs)
    default:
      return null
  }
}

function endOf(before: Kept['status'] | undefined, attrs: BinaryNode['attrs']): Kept['status'] {
  const reason = attrs['reason']
  if (before === 'pickUp' || reason === 'accepted_elsewhere') return 'pickUp'
  if (reason === 'rejected_elsewhere') return 'hungUp'
  return durationIn(attrs) > 0 ? 'pickUp' : 'declined'
}

function durationIn(attrs: BinaryNode['attrs']): number {
  const ms = Number(attrs['duration'] ?? attrs['audio_duration'] ?? 0)
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, LONGEST_MS) : 0
}
