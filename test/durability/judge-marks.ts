import type { StoredMessage } from './evidence.ts'
import { place } from './outcome.ts'

const UNDONE = ['pending', 'failed', 'noAccount', 'notInGroup']

/**
 * What the journal says of a message being edited or taken back is what came of the edits and deletions of it: no mark without one,
 * and none without its mark, at any moment.
 */
export function judgeMarks(messages: readonly StoredMessage[]): string[] {
  const marks = { edit: new Set<string>(), deletion: new Set<string>() }
  for (const row of messages) {
    const { kind, target } = row
    if (target === null || UNDONE.includes(row.status)) continue
    if (kind === 'edit' || kind === 'deletion') marks[kind].add(inChat(row, target))
  }
  return messages.flatMap((row) => {
    const here = inChat(row, row.id)
    return [
      ...differing(row, 'edited', row.isEdited, marks.edit.has(here)),
      ...differing(row, 'deleted', row.isDeleted, marks.deletion.has(here)),
    ]
  })
}

/** Whoever edits does so in his own direction. */
function inChat({ instance, chat, direction }: StoredMessage, id: string): string {
  return `${place(instance, id)} ${chat} ${direction}`
}

function differing({ id }: StoredMessage, word: string, isMarked: boolean, isDone: boolean): string[] {
  if (isMarked === isDone) return []
  return [isMarked ? `${id} is marked ${word}, and nothing did so` : `${id} was ${word} and is not marked`]
}
