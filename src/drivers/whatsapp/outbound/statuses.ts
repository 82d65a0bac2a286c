import type { Content } from '../../../model/content.ts'
import { fault, type Fault } from '../../../model/fault.ts'
import type { ChatId } from '../../../model/ids.ts'
import type { Life } from '../life.ts'

/** Who gets a status: those who are named, otherwise all contacts; and one's own other devices in any case. */
export async function statusReaders(life: Life, audience: readonly ChatId[]): Promise<readonly string[]> {
  const named =
    audience.length > 0 ? await Promise.all(audience.map((chat) => life.people.jidOf(chat))) : await contactsOf(life)
  return [...new Set([life.own.pn, ...named.filter((jid) => !life.people.isOwn(jid))])]
}

/** Those in the address book, each by one of the names that they have. */
async function contactsOf({ directory, people }: Life): Promise<readonly string[]> {
  const seen = new Set<string>()
  const readers: string[] = []
  for (const [jid, { contactName = '' }] of await directory.contacts()) {
    if (contactName === '' || seen.has(jid)) continue
    for (const name of await people.namesOf(jid)) seen.add(name)
    readers.push(jid)
  }
  return readers
}

/** Statuses are words, pictures and sound, and what takes one back or is felt about it; nothing else is shown. */
export function statusTrouble(
  content: Content,
  readers: readonly string[],
  audience: readonly ChatId[],
): Fault | undefined {
  if (content.kind === 'deletion' || content.kind === 'reaction') return undefined
  const isShown =
    content.kind === 'statusText' ||
    (content.kind === 'file' && (content.type === 'image' || content.type === 'video' || content.type === 'audio'))
  if (!isShown) return fault('refused', 'WhatsApp shows no such message as a status')
  // Oneself is always among them.
  return audience.length === 0 && readers.length <= 1 ? NOBODY : undefined
}

const NOBODY = fault('refused', "there is nobody to show it to: the account's contacts are not known yet")
