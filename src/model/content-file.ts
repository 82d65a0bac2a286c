import type { Content, FileContent } from './content.ts'

/** The largest file where nothing else is said, bytes: 100 MB as the contract counts them. */
export const FILE_LIMIT_BYTES = 100 * 1024 * 1024

/** The file that a content is or shows, without that of what it replies to. */
export function fileOf(content: Content): FileContent | undefined {
  if (content.kind === 'file') return content
  return content.kind === 'product' ? content.image : undefined
}
