import type { FileContent, LinkPreview } from '../../../../model/content.ts'
import type { Fault } from '../../../../model/fault.ts'
import type { ChatId, MessageId } from '../../../../model/ids.ts'
import type { ContextInfo, FileMessage, WaMessage } from '../../engine/proto.ts'
import { isGroup, isLid, isNumber } from '../../jids.ts'
import type { Life } from '../../life.ts'
import type { UploadedFile } from '../../media/upload.ts'

/** What a content is made into a message with. */
export interface Making {
  readonly life: Life
  readonly chat: ChatId
  /** How the network names the chat. */
  readonly jid: string
  /** What the message refers to, where it does. */
  readonly context: ContextInfo | undefined
  /** Brings a file to the media servers; for a quote only what is known of it is told. */
  file(content: FileContent): Promise<UploadedFile | Fault>
  /** The large picture of a link's preview, of the page's own or of the thumbnail; null where it goes without. */
  picture(preview: LinkPreview): Promise<FileMessage | null>
  /** What we sent under an id, if it was lately. */
  sent(id: MessageId): Promise<WaMessage | undefined>
}

export type Made = WaMessage | Fault | Promise<WaMessage | Fault>

/** The member that says what a message refers to, for those that refer to anything. */
export function inContext(context: ContextInfo | undefined): { contextInfo?: ContextInfo } {
  return context === undefined ? {} : { contextInfo: context }
}

/** A small picture that is written as base64; nothing for none. */
export function thumbnail(jpeg: string): { jpegThumbnail?: Uint8Array } {
  return jpeg === '' ? {} : { jpegThumbnail: Buffer.from(jpeg, 'base64') }
}

/** How somebody is named in a chat: by the name that the group's other members see, where it is one. */
export async function authorIn({ people, directory }: Life, jid: string, author: ChatId): Promise<string> {
  const own = await people.jidOf(author)
  if (!isGroup(jid)) return own
  const [names, group] = await Promise.all([people.namesOf(own), directory.group(jid)])
  const member = group?.participants.find(({ id }) => names.includes(id))
  if (member !== undefined) return member.id
  return names.find(group?.addressingMode === 'pn' ? isNumber : isLid) ?? own
}
