import { isNumberAlias } from '../../../model/decimal-chats.ts'
import { isFault } from '../../../model/fault.ts'
import type { OutgoingMessage } from '../../../model/message.ts'
import type { Life } from '../life.ts'
import type { Composed } from './contents.ts'
import { shownMessage } from './shown-message.ts'

/**
 * A forwarded message as the network's own: it says whose it was, and its files are not handed over again. Null for what must be copied: one that is
 * none, is there no more, says several things of which each came as a message, or was forwarded itself.
 */
export async function referenceTo(life: Life, { forwards }: OutgoingMessage): Promise<Composed | null> {
  if (forwards === undefined || isNumberAlias(forwards.chat)) return null
  const messageId = await life.messageIds.networkIdOf(forwards.id)
  if (messageId === null) return null
  const chatId = await life.addresses.networkIdOf(forwards.chat)
  const shown = await shownMessage(life, chatId, messageId)
  if (shown === null || isFault(shown)) return null
  const isSimple = (shown.attaches ?? []).length <= 1 && shown.link?.type !== 'FORWARD'
  return isSimple ? { link: { kind: 'forward', messageId, chatId } } : null
}
