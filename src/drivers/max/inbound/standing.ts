import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import type { SessionHost } from '../../driver.ts'
import type { Draft } from '../life.ts'

/** How much of what happened is committed. */
const Standing = Type.Object({
  /** A time of the network's: what is older is of the past. */
  linkedAt: Type.Number(),
  /** All that happened before is committed, or was given up. */
  upTo: Type.Number(),
  /** Chats whose past is still to be read. */
  past: Type.Array(Type.String()),
})
export type Standing = Readonly<Static<typeof Standing>>

const standing = Compile(Standing)
/** Under which secret it is kept. */
export const STANDING = 'standing'

/** Null: the device has just been linked. */
export async function readStanding(host: Pick<SessionHost, 'secret'>): Promise<Standing | null> {
  const kept = await host.secret(STANDING)
  try {
    const value: unknown = kept === null ? null : JSON.parse(Buffer.from(kept).toString())
    return standing.Check(value) ? value : null
  } catch {
    return null
  }
}

export function noteStanding(value: Standing, draft: Draft): void {
  draft.secrets.set(STANDING, Buffer.from(JSON.stringify(value)))
}
