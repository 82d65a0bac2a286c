import { fileOf } from '../model/content-file.ts'
import type { Content, KeptFile } from '../model/content.ts'

/** The files in a content that can be fetched. */
export interface ContentFiles {
  readonly own?: KeptFile
  /** That of the message that it replies to. */
  readonly quoted?: KeptFile
}

const NONE: ContentFiles = {}

export function filesOf(content: Content): ContentFiles {
  if (content.kind !== 'file' && content.kind !== 'product' && !('quote' in content)) return NONE
  const own = keptIn(content)
  const said = 'quote' in content ? content.quote.content : null
  const quoted = said === null ? undefined : keptIn(said)
  return { ...(own && { own }), ...(quoted && { quoted }) }
}

function keptIn(content: Content): KeptFile | undefined {
  const source = fileOf(content)?.file
  return source?.at === 'here' ? source : undefined
}
