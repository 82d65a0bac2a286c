import type { LinkPreview, StatusFont, StatusTextContent, TextContent } from '../../../../model/content.ts'
import type { WaMessage } from '../../engine/proto.ts'
import { inContext, thumbnail, type Making } from './making.ts'

type TextMessage = NonNullable<WaMessage['extendedTextMessage']>

/** The protocol's numbers of fonts; their names there are newer. */
const FONTS: Readonly<Record<StatusFont, number>> = {
  SANS_SERIF: 0,
  SERIF: 1,
  NORICAN_REGULAR: 2,
  BRYNDAN_WRITE: 3,
  OSWALD_HEAVY: 5,
}
const WHITE = 0xffffffff
const OPAQUE = 0xff000000

export async function textMessage({ text, preview }: TextContent, making: Making): Promise<WaMessage> {
  const shown = preview === undefined ? {} : await previewIn(preview, making)
  return { extendedTextMessage: { text, ...shown, ...inContext(making.context) } }
}

async function previewIn(preview: LinkPreview, making: Making): Promise<TextMessage> {
  const { link, title, description, jpegThumbnail, size } = preview
  const small: TextMessage = { matchedText: link, title, description, previewType: 0, ...thumbnail(jpegThumbnail) }
  const large = size === 'large' && jpegThumbnail !== '' ? await making.picture(preview) : null
  if (large === null) return small
  return {
    ...small,
    ...(typeof large.directPath === 'string' && { thumbnailDirectPath: large.directPath }),
    ...(large.mediaKey instanceof Uint8Array && { mediaKey: large.mediaKey }),
    ...(large.mediaKeyTimestamp !== undefined && { mediaKeyTimestamp: large.mediaKeyTimestamp }),
    ...(large.fileSha256 instanceof Uint8Array && { thumbnailSha256: large.fileSha256 }),
    ...(large.fileEncSha256 instanceof Uint8Array && { thumbnailEncSha256: large.fileEncSha256 }),
    ...(typeof large.width === 'number' && { thumbnailWidth: large.width }),
    ...(typeof large.height === 'number' && { thumbnailHeight: large.height }),
  }
}

export function statusTextMessage({ text, backgroundColor, font }: StatusTextContent): WaMessage {
  return {
    extendedTextMessage: { text, backgroundArgb: argb(backgroundColor), textArgb: WHITE, font: FONTS[font] },
  }
}

/** `#RRGGBB`, opaque. */
export function argb(color: string): number {
  const rgb = Number.parseInt(color.slice(1), 16)
  return OPAQUE + (Number.isNaN(rgb) ? 0 : rgb)
}
