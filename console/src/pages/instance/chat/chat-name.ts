/** What to call a chat or a person that has no name: its number where the id is one. */
export function chatTitle(id: string): string {
  const [, phone] = /^(\d{7,16})@c\.us$/.exec(id) ?? []
  return phone === undefined ? id : `+${phone}`
}

export function isGroupChat(id: string): boolean {
  return id.endsWith('@g.us') || id.startsWith('-')
}

/** The chat of a number that somebody typed; null where it is none. */
export function chatOfNumber(typed: string): string | null {
  if (/^-?\d+$|^[\w-]+@[cg]\.us$|^\d+@lid$/.test(typed) && !/^\d{7,16}$/.test(typed)) return typed
  const digits = typed.replace(/[\s()+-]/g, '')
  return /^\d{7,16}$/.test(digits) ? `${digits}@c.us` : null
}
