import type { Chat, Person } from './model.ts'

export function lastEvent(chat: Chat): number {
  return Math.max(chat.modifiedAt, chat.messages.at(-1)?.time ?? 0)
}

/** What others wrote since this person's mark. */
export function unreadOf(chat: Chat, person: Person): number {
  const member = chat.members.get(person.id)
  if (member === undefined) return 0
  let count = 0
  // From the end: there may be very many that were read.
  for (let index = chat.messages.length - 1; index >= 0; index -= 1) {
    const message = chat.messages[index]
    if (message === undefined || message.time <= member.readMark || message.time < member.seesFrom) break
    if (!message.isRemoved && message.sender !== person.id) count += 1
  }
  return count
}
