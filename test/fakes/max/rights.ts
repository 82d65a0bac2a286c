import type { Chat, Person } from './model.ts'
import { Refusal } from './refusal.ts'

/** Whether somebody is the owner of a group, or an admin with this right. In a dialog nobody has any. */
export function mayDo(chat: Chat, person: Person, right: number): boolean {
  if (chat.type === 'DIALOG') return false
  if (chat.owner === person.id) return chat.members.has(person.id)
  return ((chat.members.get(person.id)?.permissions ?? 0) & right) !== 0
}

/** Refuses who has not this right; with an option, only where that one keeps others from it. */
export function mustMay(chat: Chat, person: Person, right: number, isForAll = false): void {
  if (!isForAll && !mayDo(chat, person, right)) throw new Refusal('access.denied')
}
