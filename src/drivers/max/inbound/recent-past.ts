import { backoffMs } from '../../../lib/backoff.ts'
import { pause } from '../../../lib/pause.ts'
import { keep } from '../life.ts'
import { HISTORY } from '../wire/opcodes.ts'
import type { Message } from '../wire/shapes.ts'
import type { Messages } from './messages.ts'
import type { InboundLife } from './reading.ts'
import { personsIn } from './said.ts'
import { noteStanding, type Standing } from './standing.ts'

/** Of each chat. */
const MESSAGES = 30
/** Between two chats: nobody waits for it, and a newcomer that reads everything at once is looked at. */
const PACE = { firstMs: 3_000, longestMs: 3_000 }

/** After a device was linked: reads what was said last in the account's chats, one chat after the other, in as many lives as it takes. */
export async function readPast(life: InboundLife, messages: Messages, standing: Standing): Promise<void> {
  const { host, ended } = life
  let rest = standing
  for (let [chat] = rest.past; chat !== undefined; [chat] = rest.past) {
    await pause(host.clock, backoffMs(PACE, 1, host.random), ended)
    if (ended.aborted) return
    const asked = await life.connection.ask(HISTORY, chat, rest.linkedAt, MESSAGES)
    // A network that does not answer is asked by the next life.
    if (!asked.ok && asked.trouble.why !== 'refused' && asked.trouble.why !== 'unreadable') return
    const said = asked.ok ? asked.answer.messages.slice(0, 2 * MESSAGES) : []
    rest = { ...rest, past: rest.past.slice(1) }
    await keepPiece(life, messages, { chat, said: said.filter(({ time }) => time < rest.linkedAt), rest })
  }
}

interface Piece {
  readonly chat: string
  readonly said: readonly Message[]
  readonly rest: Standing
}

async function keepPiece(life: InboundLife, messages: Messages, { chat, said, rest }: Piece): Promise<void> {
  await life.directory.meet(said.flatMap((message) => personsIn(life.self, message)))
  await keep(life, async (draft) => {
    if (life.ended.aborted) return
    for (const message of said) await messages.past(chat, message, draft)
    noteStanding(rest, draft)
  })
}
