import type { Content } from './contents.ts'

type Said = Omit<Content, 'quote'>

/** What a message says, in one readable line; of a text its whole text. */
export function contentLine(said: Said | Content): string {
  const content = said as Content
  switch (content.kind) {
    case 'text':
    case 'statusText':
      return content.text
    case 'file':
      return [`[${content.type}]`, content.name, content.caption].filter((part) => part !== '').join(' ')
    case 'location':
      return ['[location]', content.name, `${String(content.latitude)}, ${String(content.longitude)}`]
        .filter((part) => part !== '')
        .join(' ')
    case 'contacts':
      return `[contact] ${content.contacts.map(({ displayName }) => displayName).join(', ')}`
    case 'poll':
      return `[poll] ${content.question} ${content.options.join(' / ')}`
    case 'buttons':
    case 'list':
      return content.body
    case 'choice':
      return content.text
    case 'groupInvite':
      return `[invitation] ${content.groupName}`
    case 'product':
      return `[product] ${content.title}`
    case 'order':
      return `[order] ${content.title}`
    case 'vote':
      return `[vote] ${chosenOf(content).join(', ')}`
    case 'reaction':
      return `[reaction] ${content.emoji}`
    case 'edit':
      return content.text
    case 'deletion':
      return '[deleted]'
    case 'unreadable':
      return '[unreadable]'
    default: {
      const unknown: never = content
      return unknown
    }
  }
}

/** The options that a vote names a voter for. */
export function chosenOf(vote: Extract<Content, { kind: 'vote' }>): readonly string[] {
  return vote.options.filter(({ voters }) => voters.length > 0).map(({ name }) => name)
}
