import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { checkedJson } from '../../../lib/checked-json.ts'
import type { SessionHost } from '../../driver.ts'
import type { Draft } from '../life.ts'

/** Who reacted to a message with what, as far as it was told; `count`: how many changes of it were told. */
const Noted = Type.Object({ by: Type.Record(Type.String(), Type.String()), count: Type.Integer({ minimum: 0 }) })
export type Noted = Static<typeof Noted>

const noted = Compile(Noted)
const KEPT_MS = 60 * 86_400_000
/** Of a message's reactions so many are known by who gave them. */
const MOST = 100
const NAME = (message: string) => `reacted|${message}`

export async function readReactions(host: Pick<SessionHost, 'secret'>, message: string): Promise<Noted> {
  return checkedJson(noted, await host.secret(NAME(message))) ?? { by: {}, count: 0 }
}

export function noteReactions(host: Pick<SessionHost, 'clock'>, message: string, { by, count }: Noted, draft: Draft) {
  const few = Object.fromEntries(Object.entries(by).slice(-MOST))
  const value = Buffer.from(JSON.stringify({ by: few, count } satisfies Noted))
  draft.notes.set(NAME(message), { value, until: host.clock.now() + KEPT_MS })
}
