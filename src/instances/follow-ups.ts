import type { Session } from '../drivers/driver.ts'
import { STATUS_CHAT } from '../model/content.ts'
import type { OutgoingMessage } from '../model/message.ts'
import type { Settings } from '../model/settings.ts'
import { changesAnother } from './settlement.ts'

/** What is done in a chat after a message of the API was sent to it; best effort, facets never reject. */
export function followUp(session: Session, settings: Settings, { chat, content, archiveChat }: OutgoingMessage): void {
  const { chats } = session.facets
  if (chats === undefined || chat === STATUS_CHAT) return
  if (settings.markIncomingMessagesReadedOnReply === 'yes' && !changesAnother(content)) void chats.read(chat)
  if (archiveChat === true) void chats.archive(chat, true)
}

/** So long "typing" is shown before a message: as its caller said, else as the settings say; only what is itself a message is typed. */
export function typingTime({ chat, content, typingTimeMs }: OutgoingMessage, settings: Settings): number {
  if (chat === STATUS_CHAT || changesAnother(content)) return 0
  return typingTimeMs ?? settings.autoTyping * 1000
}
