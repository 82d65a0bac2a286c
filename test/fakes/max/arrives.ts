import type { Content } from '../../../src/model/content.ts'

/** What of a content another device reads, where MAX has no place for all of it. */
export function arrivesOnMax(content: Content): Content {
  return content
}
