import type { Account, Jid } from './network.ts'

/** The server itself, as a sender: nobody at its host. */
export const server = '@s.whatsapp.net'
export const statusChat = 'status@broadcast'

/** Which of its two names a person is called by. */
export type Form = 'lid' | 'pn'

/** The parts of a jid, or null when it is none. An agent (`_n`) is dropped. */
export function parseJid(text: string): Jid | null {
  const at = text.indexOf('@')
  if (at < 0) return null
  const [left = '', device] = text.slice(0, at).split(':')
  const underscore = left.indexOf('_')
  return {
    user: underscore < 0 ? left : left.slice(0, underscore),
    server: text.slice(at + 1),
    device: device === undefined ? 0 : Number(device),
  }
}

/** The form in which a jid names somebody. */
export function formOf(jid: string): Form {
  return jid.endsWith('@lid') ? 'lid' : 'pn'
}

/** `<digits>[:<device>]@s.whatsapp.net`, or `…@lid`. */
export function jidOf(account: Account, form: Form, device = 0): string {
  const suffix = device === 0 ? '' : `:${String(device)}`
  return form === 'lid' ? `${account.lid}${suffix}@lid` : `${account.phone}${suffix}${server}`
}

export function otherForm(form: Form): Form {
  return form === 'lid' ? 'pn' : 'lid'
}
