/** How the network names people and devices: `<user>@<server>`, or `<user>:<device>@<server>` for one device of theirs. */

export const PN_SERVER = 's.whatsapp.net'
export const LID_SERVER = 'lid'

/** The same without its device; groups and the like as they are. */
export function withoutDevice(jid: string): string {
  return jid.replace(/:\d+@/, '@')
}

/** What stands before the server, without the device. */
export function userOf(jid: string): string {
  return /^[^:@]*/.exec(jid)?.[0] ?? ''
}
