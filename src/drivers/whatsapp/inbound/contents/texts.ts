import type { Content, LinkPreview, StatusFont, StatusTextContent } from '../../../../model/content.ts'
import { line, text, thumbnail } from '../../../network/bounded.ts'
import { STATUSES_JID } from '../../jids.ts'
import type { WaMessage } from '../../engine/proto.ts'
import type { Reading } from '../reading.ts'

type Extended = NonNullable<WaMessage['extendedTextMessage']>

/** The protocol's numbers; their names there are newer. */
const FONTS: Readonly<Record<number, StatusFont>> = {
  0: 'SANS_SERIF',
  1: 'SERIF',
  2: 'NORICAN_REGULAR',
  3: 'BRYNDAN_WRITE',
  5: 'OSWALD_HEAVY',
}
const BLACK = '#000000'

export function plainText(said: string, reading: Reading): Content | undefined {
  return extendedText({ text: said }, reading)
}

export function extendedText(said: Extended, { envelope, isQuote }: Reading): Content | undefined {
  const words = text(said.text)
  if (words === '') return undefined
  if (envelope.chat === STATUSES_JID && !isQuote) return statusText(words, said)
  const preview = previewIn(said)
  return { kind: 'text', text: words, ...(preview !== undefined && { preview }) }
}

function statusText(words: string, { backgroundArgb, font }: Extended): StatusTextContent {
  const color = typeof backgroundArgb === 'number' && Number.isInteger(backgroundArgb) ? backgroundArgb : null
  return {
    ...{ kind: 'statusText', text: words, font: FONTS[font ?? 0] ?? 'SANS_SERIF' },
    backgroundColor: color === null ? BLACK : `#${rgb(color)}`,
  }
}

function rgb(argb: number): string {
  return ((argb >>> 0) & 0xffffff).toString(16).padStart(6, '0').toUpperCase()
}

/** A link alone is no preview: that has a title, a description or a picture. */
function previewIn(said: Extended): LinkPreview | undefined {
  const link = line(said.matchedText)
  const [title, description] = [line(said.title), line(said.description)]
  const jpegThumbnail = thumbnail(said.jpegThumbnail)
  if (link === '' || (title === '' && description === '' && jpegThumbnail === '')) return undefined
  const isLarge = typeof said.thumbnailDirectPath === 'string' && said.thumbnailDirectPath !== ''
  return { title, description, link, jpegThumbnail, urlFile: '', size: isLarge ? 'large' : 'small' }
}
