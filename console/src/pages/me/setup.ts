import { object, text, type Read } from '../../api/read.ts'

/** A secret that was offered and not confirmed yet. */
export const readSetup = object({ secret: text, uri: text })

export type Setup = Read<typeof readSetup>
