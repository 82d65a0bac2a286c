import { anything, dictionary, nullable, number, object, or, text, type Read } from '../../api/read.ts'

/** A line of the audit log. */
export const readEntry = object({
  seq: number,
  at: text,
  actor: text,
  action: text,
  accountId: nullable(text),
  target: or(text, ''),
  details: or(dictionary(anything), {}),
})
export type Entry = Read<typeof readEntry>
