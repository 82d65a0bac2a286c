import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { checkedJson } from '../../../lib/checked-json.ts'
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
  return checkedJson(standing, await host.secret(STANDING))
}

export function noteStanding(value: Standing, draft: Draft): void {
  draft.secrets.set(STANDING, Buffer.from(JSON.stringify(value)))
}
