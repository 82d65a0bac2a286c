import Type from 'typebox'
import type { Instances } from '../../instances/instances.ts'
import { isFault, NOT_FOUND } from '../../model/fault.ts'
import { accountRoute as route, type AccountCaller } from '../api/account-caller.ts'
import type { ApiRow } from '../api/route.ts'
import { findChat } from '../green/chat-id.ts'
import { journalItem } from '../green/journal-item.ts'
import { contextOf, ITEM } from '../green/journals.ts'
import { own } from '../partner-api/instance-parts.ts'

/** Everything that a page needs at once; whoever wants more asks for more. */
const COUNT = 50
const MOST = 1000

/**
 * What the page of chats shows. It looks every other second, which the contract's journals are not made for: they may be asked once a second by all
 * clients of an instance together, and count against its tariff's quotas.
 */
export function chatRows({
  instances,
}: {
  readonly instances: Pick<Instances, 'get'>
}): readonly ApiRow<AccountCaller>[] {
  return [
    route({
      verb: 'GET',
      at: '/instances/{idInstance}/messages',
      summary:
        'The newest messages of a chat, or of all chats, newest first, as the journals of the contract show them. Counts against no quota.',
      group: 'messages',
      scope: 'full',
      path: { idInstance: Type.Integer() },
      query: {
        chatId: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST })),
      },
      answer: Type.Object({ items: Type.Array(ITEM) }),
      async handle(caller, { path: { idInstance }, query: { chatId, limit = COUNT } }) {
        const instance = own(instances, caller, idInstance)
        if (instance?.deletedAt !== null) return NOT_FOUND
        const { journal } = instance
        const chat = chatId === undefined ? undefined : await findChat(instance, chatId)
        if (isFault(chat)) return chat
        const rows = await (chat === undefined ? journal.newest(limit) : journal.ofChat(chat, limit))
        const context = contextOf(instance)
        return { items: rows.map((row) => journalItem(row, context)) }
      },
    }),
  ]
}
