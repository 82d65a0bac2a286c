import type { DeletionContent, EditContent, FileContent, ReactionContent } from '../../../../model/content.ts'
import { fault, isFault, type Fault } from '../../../../model/fault.ts'
import type { FileMessage, MessageKey, WaMessage } from '../../engine/proto.ts'
import { isGroup } from '../../jids.ts'
import type { FileField } from '../../media/upload.ts'
import { fileForQuote } from './files.ts'
import { authorIn, type Making } from './making.ts'

/** What is about an earlier message: its key says which, as whoever gets it knows it. */

const REVOKE = 0
const MESSAGE_EDIT = 14

export async function reactionMessage(content: ReactionContent, making: Making): Promise<WaMessage> {
  const { life, jid } = making
  const author = content.participant === '' ? '' : await authorIn(life, jid, content.participant)
  const fromMe = author !== '' && life.people.isOwn(author)
  const isOfMany = !fromMe && author !== '' && isGroup(jid)
  const key: MessageKey = { remoteJid: jid, fromMe, id: content.target, ...(isOfMany && { participant: author }) }
  return { reactionMessage: { key, text: content.emoji, senderTimestampMs: life.host.clock.now() } }
}

/** Only what this account said itself can be edited. */
export async function editMessage(content: EditContent, making: Making): Promise<WaMessage | Fault> {
  const { life, jid } = making
  const editedMessage = content.isCaption
    ? await withCaption(content, making)
    : { extendedTextMessage: { text: content.text } }
  if (isFault(editedMessage)) return editedMessage
  const key: MessageKey = { remoteJid: jid, fromMe: true, id: content.target }
  return { protocolMessage: { key, type: MESSAGE_EDIT, editedMessage, timestampMs: life.host.clock.now() } }
}

const CAPTIONED: readonly FileField[] = ['imageMessage', 'videoMessage', 'documentMessage']

/** The file's message again, with its new caption. */
async function withCaption({ target, text }: EditContent, making: Making): Promise<WaMessage | Fault> {
  const sent = await making.sent(target)
  for (const field of CAPTIONED) {
    const file = sent?.[field]
    if (file) return { [field]: { ...file, caption: text } }
  }
  const known = await making.life.host.message(making.chat, target)
  if (known?.content.kind === 'file') return captioned(known.content, text)
  return fault('refused', 'the file whose caption is to be changed is not known')
}

function captioned(content: FileContent, caption: string): WaMessage {
  const { field, message } = fileForQuote(content)
  const file: FileMessage = { ...message, caption }
  return { [field]: file }
}

/** One's own anywhere, and in a group that of others, which the network lets its admins. */
export async function deletionMessage({ target }: DeletionContent, making: Making): Promise<WaMessage | Fault> {
  const { life, chat, jid } = making
  const known = await life.host.message(chat, target)
  const fromMe = known?.direction !== 'in'
  if (fromMe) return { protocolMessage: { key: { remoteJid: jid, fromMe, id: target }, type: REVOKE } }
  if (!isGroup(jid) || known.author === '')
    return fault('refused', 'WhatsApp deletes for everyone only what the account itself has sent')
  const participant = await authorIn(life, jid, known.author)
  return { protocolMessage: { key: { remoteJid: jid, fromMe, id: target, participant }, type: REVOKE } }
}
