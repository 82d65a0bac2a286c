import type { ChatId } from '../../model/ids.ts'
import type { Verdict } from '../driver.ts'
import { aliasesOf, partyOf } from './inbound/parties.ts'
import type { Life } from './life.ts'

type Accepted = Extract<Verdict, { ok: true }>

/** The verdict, with what is known of the chat; a store that can't tell changes nothing of what was sent. */
export async function withChat(life: Life, chat: ChatId, verdict: Accepted): Promise<Accepted> {
  try {
    const jid = await life.people.jidOf(chat)
    const { name, contactName } = await partyOf(life, jid)
    const aliases = await aliasesOf(life, { chat: jid, chatAlt: '' }, chat)
    return { ...verdict, chat: { name, contactName, aliases } }
  } catch {
    return verdict
  }
}
