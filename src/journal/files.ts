import type { Content, FileSource, KeptFile } from '../model/content.ts'

/** The files in a content that can be fetched. */
export interface ContentFiles {
  readonly own?: KeptFile
  /** That of the message that it replies to. */
  readonly quoted?: KeptFile
}

const NONE: ContentFiles = {}

export function filesOf(content: Content): ContentFiles {
  if (content.kind !== 'file' && content.kind !== 'product' && !('quote' in content)) return NONE
  const own = kept(sourceOf(content))
  const said = 'quote' in content ? content.quote.content : null
  const quoted = said === null ? undefined : kept(sourceOf(said))
  return { ...(own && { own }), ...(quoted && { quoted }) }
}

function sourceOf(content: Content): FileSource | undefined {
  if (content.kind === 'file') return content.file
  return content.kind === 'product' ? content.image?.file : undefined
}

function kept(source: FileSource | undefined): KeptFile | undefined {
  return source?.at === 'here' ? source : undefined
}
