import { few, line } from '../../network/bounded.ts'
import { Serial } from '../../../lib/serial.ts'
import type { ReactionContent } from '../../../model/content.ts'
import type { ChatId } from '../../../model/ids.ts'
import { keep, type Draft } from '../life.ts'
import { WHO_REACTED } from '../wire/opcodes.ts'
import type { Reactions as Counted } from '../wire/shapes.ts'
import { derivedId } from './derived-ids.ts'
import { noteReactions, readReactions } from './reaction-notes.ts'
import type { InboundLife } from './reading.ts'

interface Told extends Counted {
  readonly chatId: string
  readonly messageId: string
}

/** By person; an empty text: none any more. */
type ByPerson = ReadonlyMap<string, string>

/** Questions about groups that wait at most; what is beyond is told with the next change. */
const MOST_WAITING = 64
const MOST_REACTIONS = 100
const EMOJI_LENGTH = 64

/**
 * Who reacts with what. The network tells numbers: in a dialog they show it, in a group it is asked who it was, for which nothing else waits. What
 * was told is noted, so that a change is told once.
 */
export class Reactions {
  readonly #life: InboundLife
  readonly #questions = new Serial()
  #waiting = 0

  constructor(life: InboundLife) {
    this.#life = life
  }

  /**
   * `isOwn`: it is told because another device of the account reacted. What is told of the own reaction with those of others is no news: this
   * device may have given it.
   */
  async told(told: Told, isOwn: boolean): Promise<void> {
    const own = isOwn ? (told.yourReaction ?? '') : told.yourReaction
    const { self, addresses, directory } = this.#life
    if (!told.chatId.startsWith('-')) {
      const peer = await addresses.chatIdOf(told.chatId)
      await directory.meet([peer])
      await this.#keep(told, (kept) => ofDialog(told, { self, peer, own, kept }), { isAll: false, isOwn })
    } else if (isOwn) await this.#keep(told, () => new Map([[self, own ?? '']]), { isAll: false, isOwn })
    else this.#ask(told)
  }

  #ask(told: Told): void {
    const { host, ended } = this.#life
    if (this.#waiting >= MOST_WAITING) {
      host.log.info({}, 'who reacted is not asked: too much waits')
      return
    }
    this.#waiting += 1
    this.#questions
      .run(() => (ended.aborted ? Promise.resolve() : this.#askWho(told)))
      .catch((error: unknown) => {
        if (ended.aborted) return
        host.log.warn({ error: String(error) }, 'a reaction could not be kept')
        this.#life.fail('a reaction could not be kept')
      })
      .finally(() => (this.#waiting -= 1))
  }

  async #askWho(told: Told): Promise<void> {
    const { connection, directory, host, self } = this.#life
    const asked = await connection.ask(WHO_REACTED, told.chatId, told.messageId)
    if (!asked.ok) {
      host.log.info({ why: asked.trouble.why }, 'the network does not tell who reacted')
      return
    }
    const { reactions, totalCount } = asked.answer
    const shown = few(reactions, MOST_REACTIONS)
    const isAll = shown.length === reactions.length && shown.length >= (totalCount ?? shown.length)
    await directory.meet(shown.map(({ userId }) => userId).filter((id) => id !== self))
    const byPerson = new Map(shown.map(({ userId, reaction }) => [userId, reaction]))
    await this.#keep(told, () => byPerson, { isAll, isOwn: false })
  }

  /** `isAll`: who is not among them has taken it back. */
  async #keep(
    told: Told,
    now: (kept: ByPerson) => ByPerson,
    { isAll, isOwn }: { readonly isAll: boolean; readonly isOwn: boolean },
  ): Promise<void> {
    const { host, addresses, self } = this.#life
    const chat = await addresses.chatIdOf(told.chatId)
    await keep(this.#life, async (draft) => {
      const kept = await readReactions(host, told.messageId)
      const before: ByPerson = new Map(Object.entries(kept.by))
      const after = new Map(now(before))
      if (isAll) for (const person of before.keys()) if (!after.has(person)) after.set(person, '')
      const changed = [...after].filter(([person, emoji]) => (before.get(person) ?? '') !== emoji)
      if (changed.length === 0) return
      const news = changed.filter(([person]) => isOwn || person !== self)
      const about = { ...told, chat, ...(await this.#targetOf(told, chat)) }
      for (const [index, change] of news.entries()) await this.#tell(change, about, kept.count + index, draft)
      const by = Object.fromEntries([...new Map([...before, ...after])].filter(([, emoji]) => emoji !== ''))
      noteReactions(host, told.messageId, { by, count: kept.count + news.length }, draft)
    })
  }

  async #targetOf({ messageId }: Told, chat: ChatId): Promise<Pick<ReactionContent, 'target' | 'participant'>> {
    const { messageIds, host, self } = this.#life
    const target = await messageIds.idOf(messageId)
    const original = await host.message(chat, target)
    // What has an id of ours was sent by us, whether or not the journal has it still.
    const isOurs = original?.direction === 'out' || target !== messageId
    return { target, participant: (isOurs ? self : (original?.author ?? '')) as ChatId }
  }

  async #tell(
    [person, emoji]: readonly [string, string],
    about: Told & Pick<ReactionContent, 'target' | 'participant'> & { readonly chat: ChatId },
    count: number,
    draft: Draft,
  ): Promise<void> {
    const { directory, host, self } = this.#life
    const { chatId, messageId, chat, participant, target } = about
    const [where, author] = [await directory.party(chat), await directory.party(person as ChatId)]
    const id = derivedId('reaction', chatId, messageId, person, count)
    const content = { kind: 'reaction', target, participant, emoji: shortEmoji(emoji) } as const
    const direction = person === self ? 'out' : 'in'
    const message = { id, direction, chat: where, author, at: host.clock.now(), content } as const
    draft.events.push({ kind: 'message', message })
  }
}

interface Dialog {
  readonly self: string
  readonly peer: string
  /** Undefined: the network doesn't say. */
  readonly own: string | undefined
  readonly kept: ByPerson
}

/** What is not the account's own reaction is the other's. */
function ofDialog({ counters = [] }: Told, { self, peer, own, kept }: Dialog): ByPerson {
  const mine = own ?? kept.get(self) ?? ''
  const theirs = few(counters, MOST_REACTIONS).find(({ reaction, count }) => count > (reaction === mine ? 1 : 0))
  return new Map([[peer, theirs?.reaction ?? ''], ...(own === undefined ? [] : [[self, own] as const])])
}

function shortEmoji(emoji: string): string {
  return line(emoji).slice(0, EMOJI_LENGTH).toWellFormed()
}
