import { isFault } from '../../../model/fault.ts'
import { keep, type Life } from '../life.ts'
import { GET_CHATS } from '../wire/opcodes.ts'
import { answerTo, turnPage } from './asking.ts'

/** Kept once the network has told of all. */
const COMPLETE = 'all-chats'
const PAGE = 100
/** Who has more has them listed by and by: each time it goes on with the older ones. */
const MOST_PAGES = 10

/** A login tells of the newest chats alone: the first time that all are wanted, the others are asked for, as by somebody who scrolls down. */
export async function learnAllChats(life: Life): Promise<void> {
  if ((await life.host.secret(COMPLETE)) !== null) return
  const times = [...(await life.directory.chats()).values()].map(({ at }) => at).filter((at) => at > 0)
  let marker = Math.min(life.host.clock.now(), ...times) + 1
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await answerTo(life, {}, GET_CHATS, marker, PAGE)
    // What is known is listed all the same; the next time it is asked again.
    if (isFault(answer)) return
    const next = answer.marker ?? 0
    const isLast = next === 0 || next >= marker || answer.chats.length === 0
    await keep(life, async (draft) => {
      for (const chat of answer.chats) await life.directory.noteChat(chat, draft)
      if (isLast) draft.secrets.set(COMPLETE, Buffer.of(1))
    })
    if (isLast) return
    marker = next
    await turnPage(life)
  }
}
