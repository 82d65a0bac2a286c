import type { Life, Sent, Sending } from '../life.ts'
import { HISTORY } from '../wire/opcodes.ts'

/** The network's clock and this machine's may be so far apart, and a number ahead of the time. */
const SKEW_MS = 600_000
const PAGE = 50
/** So much is said in a chat at most while a verdict is open; where it was more nobody knows. */
const PAGES = 8

/**
 * Looks in its chat for a message that was sent with a `cid`. absent: it is certainly not there. unknown: it can't be told now, or the network does
 * not show the numbers of messages.
 */
export async function searchSent(
  { connection, host, self }: Pick<Life, 'connection' | 'host' | 'self'>,
  { chat, cid }: Pick<Sending, 'chat' | 'cid'>,
): Promise<Sent | 'absent' | 'unknown'> {
  if (chat === '') return 'unknown'
  let from = host.clock.now() + SKEW_MS
  let oldest = Number.POSITIVE_INFINITY
  for (let page = 0; page < PAGES; page += 1) {
    const asked = await connection.ask(HISTORY, chat, from, PAGE)
    if (!asked.ok) return 'unknown'
    const { messages } = asked.answer
    const found = messages.find((message) => message.cid === String(cid))
    if (found !== undefined) return { message: found.id, at: found.time }
    const lately = messages.filter(({ time }) => time >= cid - SKEW_MS)
    if (lately.some((message) => message.sender === self && message.cid === undefined)) return 'unknown'
    const least = Math.min(...messages.map(({ time }) => time))
    if (messages.length === 0 || lately.length < messages.length || least >= oldest) return 'absent'
    oldest = least
    // Another one may have the time of the oldest.
    from = least + 1
  }
  return 'unknown'
}
