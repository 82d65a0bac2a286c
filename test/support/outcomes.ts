import { until } from '../../src/lib/until.ts'
import type { LiveGateway } from './live-gateway.ts'
import { eventually, objectIn } from './road.ts'
import type { Sender } from './sender.ts'
import type { Made } from './server.ts'
import { Poller, WebhookWitness, type Witness } from './witness.ts'

/** An instance under a test that kills, with who sends by it and who takes its notifications. */
export interface Subject {
  readonly made: Made
  readonly phone: string
  readonly witness: Witness
  readonly sender: Sender
}

/** Links an instance whose notifications are polled, or taken by a witness at a URL. */
export async function watched(
  gateway: LiveGateway,
  isPushed: boolean,
  link: (webhook: { readonly webhookUrl?: string }) => Promise<Made>,
): Promise<Pick<Subject, 'made' | 'witness'>> {
  const pushed = isPushed ? await WebhookWitness.listen() : null
  const made = await link(pushed === null ? {} : { webhookUrl: pushed.url })
  return { made, witness: pushed ?? new Poller(gateway, made) }
}

/** Of messages that were said to subjects those that nobody was told of, once all have been or have had their time. */
export async function untold(
  all: readonly Subject[],
  said: readonly string[],
  restMs: number,
): Promise<readonly string[]> {
  const missing = () => {
    const told = new Set(all.flatMap(({ witness }) => witness.notices))
    return said.filter((one) => !told.has(`incomingMessageReceived ${one}`))
  }
  await until(() => missing().length === 0, 'all that came in is told', restMs).catch(() => undefined)
  return missing()
}

/** What became of each send that was acknowledged, as the journal has it once nothing is under way. */
export function outcomesOf(
  gateway: LiveGateway,
  { made, sender, witness }: Subject,
  restMs: number,
): Promise<readonly string[]> {
  const outcome = async ({ to, id }: { to: string; id: string }) => {
    const body = { chatId: `${to}@c.us`, idMessage: id }
    const { statusMessage } = objectIn(await gateway.on(made, 'POST', 'getMessage', body))
    // Why, its notification tells alone.
    const why = () => witness.bodies.find((one) => one.includes(id) && one.includes('"status":"failed"'))
    if (statusMessage !== 'failed') return String(statusMessage)
    return (await eventually(why, `why ${id} failed`)).includes('"unconfirmed"') ? 'unconfirmed' : 'failed'
  }
  return until(
    async () => {
      const outcomes: string[] = []
      for (const send of sender.acknowledged) outcomes.push(await outcome(send))
      return outcomes.every((one) => one !== 'pending') && outcomes
    },
    `all sends of ${String(made.idInstance)} are settled`,
    restMs,
  )
}

/** What a witness was told more than once. */
export function toldTwice({ notices }: Witness): readonly string[] {
  return notices.filter((notice, index) => notices.indexOf(notice) !== index)
}

export function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}
