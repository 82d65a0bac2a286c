import { createHash } from 'node:crypto'
import type { ContactsContent, Content, FileContent } from '../../../src/model/content.ts'
import type { FakeMax } from './server.ts'

/** What of a content another device reads, where MAX has no place for all of it. No pictures are sent with what they stand for. */
export function arrivesOnMax({ service }: FakeMax, content: Content): Content {
  switch (content.kind) {
    case 'text':
      // Previews are made by who reads, and what is forwarded says from where.
      return { kind: 'text', text: content.text, ...(content.quote !== undefined && { quote: content.quote }) }
    case 'file':
      return fileAsItArrives(content, String(service.uploads.lastId))
    case 'location':
      return { ...content, jpegThumbnail: '' }
    case 'contacts':
      return cardsAsTheyArrive(content)
    default:
      return content
  }
}

/** Names are those of documents alone; what has none is called by the id of its upload. */
function fileAsItArrives(content: FileContent, id: string): FileContent {
  const { kind, type, file, name, mimeType, caption } = content
  const said = { kind, file, caption, jpegThumbnail: '' } as const
  switch (type) {
    case 'image':
    case 'sticker':
      return { ...said, type: 'image', name: `${id}.jpg`, mimeType: 'image/jpeg' }
    case 'video':
      return { ...said, type: 'video', name: `${id}.mp4`, mimeType: 'video/mp4' }
    case 'audio':
      // Bytes that are no voice are a document, whatever they are called.
      return { ...said, type: 'document', name, mimeType: mimeType.split(';')[0] ?? '' }
    case 'document':
      return { ...said, type, name, mimeType }
    default:
      return type satisfies never
  }
}

/** Several cards have no form of their own: they go as a file. */
function cardsAsTheyArrive({ contacts }: ContactsContent): Content {
  const text = contacts.map(({ vcard }) => `${vcard.replaceAll('\n', '\r\n')}\r\n`).join('')
  const sha256 = createHash('sha256').update(text).digest('hex')
  const file = { at: 'here', sha256, size: Buffer.byteLength(text) } as const
  const look = { name: 'contacts.vcf', mimeType: 'text/x-vcard', caption: '', jpegThumbnail: '' }
  return { kind: 'file', type: 'document', file, ...look }
}
