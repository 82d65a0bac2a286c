import { backoffMs } from '../../lib/backoff.ts'
import { pause } from '../../lib/pause.ts'
import type { Life } from './life.ts'
import type { Answered } from './questions.ts'
import { isForNow } from './wire/network-error.ts'

const PLAN = { firstMs: 2_000, longestMs: 60_000 }
/** Some four minutes in all. */
const TRIES = 8

/** Asks again, later each time, while the network says that it is asked too often or can't answer now: for what must not be taken for nothing. */
export async function patiently<T>(
  { host, ended }: Pick<Life, 'ended'> & { readonly host: Pick<Life['host'], 'clock' | 'random'> },
  ask: () => Promise<Answered<T>>,
): Promise<Answered<T>> {
  for (let tries = 1; ; tries += 1) {
    const asked = await ask()
    const isOver = asked.ok || asked.trouble.why !== 'refused' || !isForNow(asked.trouble.error)
    if (isOver || tries >= TRIES || ended.aborted) return asked
    await pause(host.clock, backoffMs(PLAN, tries, host.random), ended)
  }
}

/** Whether it will stay as it is: the network has answered, and not that somebody should come again. */
export function isForGood(answered: Answered<unknown>): boolean {
  if (answered.ok) return true
  const { trouble } = answered
  return trouble.why === 'unreadable' || (trouble.why === 'refused' && !isForNow(trouble.error))
}
