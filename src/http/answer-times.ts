import { parseTarget } from './target.ts'

/** How long a caller waits for an answer at most; after that it is 504: nobody knows whether the call was done. Of a body counts its last byte. */
export const ANSWER_MS = {
  /** For what is only stored or read. Who waits for the database is refused before, so this is for a commit whose end the database has yet to tell. */
  stored: 15_000,
  /** For what the messenger is asked, and for a notification. */
  asked: 75_000,
  /** For what fetches or keeps a file, or goes through all there is. */
  long: 960_000,
} as const

/** What a node gives another one beyond that, which answers by itself. */
const HOP_MS = 15_000

const LONG =
  /^\/(?:media\/|api\/(?:operator\/v1|console\/operator)\/billing\/run|api\/console\/.*\/call\/downloadfile)/i

/** How long a node waits until another one begins to answer. `isStream`: its body is more than a text. */
export function hopAnswerMs(url: string, isStream: boolean): number {
  const isLong = isStream || LONG.test(url) || parseTarget(url)?.method.toLowerCase() === 'downloadfile'
  return (isLong ? ANSWER_MS.long : ANSWER_MS.asked) + HOP_MS
}
