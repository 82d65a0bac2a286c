/** The network's ids, without the device that may stand in them. */

const PERSON = /^(\d{1,20})(?:_\d{1,3})?(?::\d{1,5})?@(s\.whatsapp\.net|c\.us|hosted|lid|hosted\.lid)$/
const OTHER = /^(?:\d{1,25}|\d{1,16}-\d{1,15})@(?:g\.us|broadcast)$|^status@broadcast$/
const LONGEST = 128

export const STATUSES_JID = 'status@broadcast'

/** A person's, group's or broadcast's id without a device, in its one form; empty for anything else. */
export function plainJid(jid: unknown): string {
  if (typeof jid !== 'string' || jid.length > LONGEST) return ''
  const [, user = '', server = ''] = PERSON.exec(jid) ?? []
  if (user !== '') return server.endsWith('lid') ? `${user}@lid` : `${user}@s.whatsapp.net`
  return OTHER.test(jid) ? jid : ''
}

/** What stands before the `@` of a plain jid. */
export function userOf(jid: string): string {
  return jid.slice(0, Math.max(0, jid.indexOf('@')))
}

export function isLid(jid: string): boolean {
  return jid.endsWith('@lid')
}

export function isNumber(jid: string): boolean {
  return jid.endsWith('@s.whatsapp.net')
}

export function isPerson(jid: string): boolean {
  return isLid(jid) || isNumber(jid)
}

export function isGroup(jid: string): boolean {
  return jid.endsWith('@g.us')
}
