import { buttonsInWords } from '../../../src/drivers/whatsapp/outbound/contents/buttons.ts'
import type { Content, FileContent } from '../../../src/model/content.ts'

const ENDINGS: Readonly<Record<string, string>> = {
  ...{ 'image/jpeg': 'jpg', 'video/mp4': 'mp4', 'audio/ogg; codecs=opus': 'ogg', 'image/webp': 'webp' },
}

/** What of a content reaches others over WhatsApp: the protocol has no place for the rest. */
export function arrivesOnWhatsApp(content: Content, id: string): Content {
  switch (content.kind) {
    case 'file':
      return fileAsItArrives(content, id)
    case 'contacts':
      // Who is meant is what the card says, and a number that no card tells is told to nobody.
      return { ...content, contacts: content.contacts.map(({ displayName, vcard }) => ({ displayName, vcard })) }
    case 'groupInvite':
      return { ...content, expiresAt: Math.floor(content.expiresAt / 1000) * 1000 }
    case 'buttons':
      return content.style === 'interactive' ? content : { kind: 'text', text: buttonsInWords(content) }
    default:
      return content
  }
}

/** Only a document has a name, which others get by the message's id; a video note has no caption and a voice message no picture. */
function fileAsItArrives(content: FileContent, id: string): FileContent {
  if (content.type === 'document') return content
  const name = `${id}.${ENDINGS[content.mimeType] ?? 'bin'}`
  return {
    ...{ ...content, name },
    ...(content.isVideoNote === true && { caption: '' }),
    ...(content.type === 'audio' && { jpegThumbnail: '' }),
  }
}
