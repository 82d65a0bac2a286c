import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { checkedJson } from '../../lib/checked-json.ts'
import type { EpochMs } from '../../model/ids.ts'
import type { Note } from '../driver.ts'

/** What is kept of a poll, others' and ours, so that votes on it can be opened: JSON in the note `poll|<id>`. */
const PollNote = Type.Object({
  question: Type.String(),
  /** In their order. */
  options: Type.Array(Type.String()),
  multipleAnswers: Type.Boolean(),
  /** Every name that the network knows its creator by. */
  creators: Type.Array(Type.String()),
  /** base64 of the message's secret. */
  secret: Type.String(),
})
export type PollNote = Static<typeof PollNote>

const KEPT_MS = 60 * 86_400_000
const schema = Compile(PollNote)

export function pollNoteName(id: string): string {
  return `poll|${id}`
}

export function pollNote(poll: PollNote, now: EpochMs): Note {
  return { value: Buffer.from(JSON.stringify(poll)), until: now + KEPT_MS }
}

/** Null for what is none. */
export function readPollNote(kept: Uint8Array | null): PollNote | null {
  return checkedJson(schema, kept)
}
