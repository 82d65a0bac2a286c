const LINK = /\bhttps?:\/\/[^\s<>"]+|\bwww\.[^\s<>"]+\.[^\s<>"]+/i
/** What ends a sentence, as against what ends an address. */
const PUNCTUATION = new Set(".,;:!?'»”’…")

/** The first link in a text; undefined when there is none. */
export function findLink(message: string): string | undefined {
  if (!message.includes('://') && !message.includes('www.')) return undefined
  const found = LINK.exec(message)?.[0]
  return found === undefined ? undefined : withoutPunctuation(found)
}

/** A closing bracket belongs to the link only where its opening one does. */
function withoutPunctuation(link: string): string {
  let unopened = count(link, ')') - count(link, '(')
  let end = link.length
  for (; end > 0; end -= 1) {
    const last = link.charAt(end - 1)
    if (last === ')' && unopened > 0) unopened -= 1
    else if (!PUNCTUATION.has(last)) break
  }
  return link.slice(0, end)
}

function count(text: string, character: string): number {
  return text.split(character).length - 1
}
