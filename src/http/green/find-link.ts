const LINK = /\bhttps?:\/\/[^\s<>"]+|\bwww\.[^\s<>"]+\.[^\s<>"]+/i

/** The first link in a text; undefined when there is none. */
export function findLink(message: string): string | undefined {
  if (!message.includes('://') && !message.includes('www.')) return undefined
  return LINK.exec(message)?.[0]
}
