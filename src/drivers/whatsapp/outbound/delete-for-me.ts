import type { DeletionContent } from '../../../model/content.ts'
import { fault } from '../../../model/fault.ts'
import type { Verdict } from '../../driver.ts'
import type { Life } from '../life.ts'
import type { Place } from './quotes.ts'

/**
 * Takes a message from the account's own devices alone. No message is sent for it: it goes into what the devices share, and its verdict is
 * that of the writing there.
 */
export async function deleteForMe(life: Life, { target }: DeletionContent, { chat, jid }: Place): Promise<Verdict> {
  const { host, socket } = life
  const known = await host.message(chat, target)
  const at = known?.at ?? host.clock.now()
  const key = { remoteJid: jid, fromMe: known?.direction !== 'in', id: target }
  try {
    await socket.chatModify({ deleteForMe: { deleteMedia: false, key, timestamp: Math.floor(at / 1000) } }, jid)
    return { ok: true, at: host.clock.now() }
  } catch {
    return { ok: false, fault: fault('unavailable', 'the phone has not shared yet what deleting for oneself needs') }
  }
}
