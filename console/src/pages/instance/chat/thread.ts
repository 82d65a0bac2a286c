import type { Content } from './content.ts'
import type { Message } from './message.ts'

/** A message with what was said of it later. */
export interface Line {
  readonly message: Message
  /** As it was edited last. */
  readonly content: Content
  readonly reactions: readonly string[]
  /** Of a poll: how many chose each option. */
  readonly votes: ReadonlyMap<string, number>
}

/** What is said of other messages; each has a target. */
type Remark = Extract<Content, { readonly target: string }>

/**
 * The lines of a chat, oldest first, of its messages, newest first. Edits, deletions, reactions and votes are messages of their own: they
 * are shown at the message that they are about, or as lines where that is not among these.
 */
export function threadOf(messages: readonly Message[]): readonly Line[] {
  const known = new Set(messages.map(({ id }) => id))
  const remarks = remarksOf(messages)
  const lines: Line[] = []
  for (const message of messages.toReversed()) {
    const { content } = message
    if ('target' in content && (content.kind === 'deletion' || content.kind === 'edit' || known.has(content.target)))
      continue
    lines.push(lineOf(message, remarks.get(message.id) ?? []))
  }
  return lines
}

interface Said {
  readonly by: string
  readonly remark: Remark
}

/** What was said of each message, oldest first. */
function remarksOf(messages: readonly Message[]): ReadonlyMap<string, readonly Said[]> {
  const remarks = new Map<string, Said[]>()
  for (const { content, author, isOutgoing } of messages.toReversed()) {
    if (!('target' in content)) continue
    const said = remarks.get(content.target) ?? []
    said.push({ by: isOutgoing ? '' : author.id, remark: content })
    remarks.set(content.target, said)
  }
  return remarks
}

function lineOf(message: Message, remarks: readonly Said[]): Line {
  let { content } = message
  const reactions = new Map<string, string>()
  const choices = new Map<string, readonly string[]>()
  for (const { by, remark } of remarks) {
    if (remark.kind === 'edit') content = edited(content, remark.text)
    else if (remark.kind === 'reaction') reactions.set(by, remark.emoji)
    else if (remark.kind === 'vote') choices.set(remark.voters[0] ?? by, remark.chosen)
  }
  return { message, content, reactions: [...reactions.values()].filter(Boolean), votes: counted([...choices.values()]) }
}

function edited(content: Content, text: string): Content {
  if (content.kind === 'text') return { ...content, text }
  return content.kind === 'file' ? { ...content, caption: text } : content
}

function counted(choices: readonly (readonly string[])[]): ReadonlyMap<string, number> {
  const votes = new Map<string, number>()
  for (const option of choices.flat()) votes.set(option, (votes.get(option) ?? 0) + 1)
  return votes
}
