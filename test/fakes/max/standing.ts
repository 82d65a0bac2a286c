import type { Chat, Person } from './model.ts'

export function lastEvent(chat: Chat): number {
  return Math.max(chat.modifiedAt, chat.messages.at(-1)?.time ?? 0)
}

export function unreadOf(chat: Chat, person: Person): number {
  const member = chat.members.get(person.id)
  if (member === undefined) return 0
  return chat.messages.filter(
    ({ time, sender, isRemoved }) =>
      !isRemoved && sender !== person.id && time > member.readMark && time >= member.seesFrom,
  ).length
}
