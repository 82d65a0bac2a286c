import { flag, nullable, object, oneOf, or, text, type Read } from '../../api/read.ts'

/** What the server says of a link before it is used. */
export const readLink = object({
  kind: oneOf('invite', 'reset'),
  /** Empty for the very first operator, who says it himself. */
  email: or(text, ''),
  accountName: nullable(text),
  hasPerson: flag,
})

export type OneTimeLink = Read<typeof readLink>
