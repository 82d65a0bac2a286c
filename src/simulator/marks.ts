import type { Content } from './contents.ts'
import { chosenOf } from './content-line.ts'
import type { MessageRow } from './messages.ts'

/** What became of a message after it was sent. */
export interface Marks {
  /** The newest text or caption; null when it was never edited. */
  readonly editedText: string | null
  readonly isDeleted: boolean
  /** Each person's reaction, by digits. */
  readonly reactions: ReadonlyMap<string, string>
  /** What each voter chose, by digits. */
  readonly votes: ReadonlyMap<string, readonly string[]>
}

/** The network wrote it itself, checked by the protocol's schema. */
export function contentOf({ content }: Pick<MessageRow, 'content'>): Content {
  return JSON.parse(content) as Content
}

/** From everything that was said about a message, oldest first. */
export function marksOf(about: readonly MessageRow[]): Marks {
  const reactions = new Map<string, string>()
  const votes = new Map<string, readonly string[]>()
  let editedText: string | null = null
  let isDeleted = false
  for (const row of about) {
    const content = contentOf(row)
    if (content.kind === 'edit') editedText = content.text
    if (content.kind === 'deletion' && content.forEveryone) isDeleted = true
    if (content.kind === 'reaction') {
      reactions.delete(row.sender)
      if (content.emoji !== '') reactions.set(row.sender, content.emoji)
    }
    if (content.kind === 'vote') votes.set(row.sender, chosenOf(content))
  }
  return { editedText, isDeleted, reactions, votes }
}

/** As it reads now: an edit replaces the text or caption. */
export function currentContent(content: Content, marks: Marks): Content {
  if (marks.editedText === null) return content
  if (content.kind === 'text') return { ...content, text: marks.editedText }
  return content.kind === 'file' ? { ...content, caption: marks.editedText } : content
}
