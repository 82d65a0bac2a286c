import { inParallel } from '../harness/api.ts'
import type { Bench } from '../harness/bench.ts'
import { Child } from '../harness/child.ts'
import type { Gateway } from '../harness/gateway.ts'
import { NODE_FLAGS } from '../harness/node-flags.ts'
import type { Compared } from '../harness/rounds.ts'
import { median } from '../harness/statistics.ts'
import { cpuSeconds, mainThreadSeconds } from '../harness/usage.ts'
import { PRELOAD, WhatsAppNetwork } from '../harness/whatsapp-network.ts'
import { phoneOf } from './linked.ts'
import { poll, Side } from './whatsapp-side.ts'

const SESSIONS = 50
const SENDS_PER_SECOND = 1000
const RECEIPTS_PER_SECOND = 1500

export type Direction = 'sending' | 'receiving'

/** Who writes to whom, and how much in a round. */
interface Plan {
  readonly sessions: number
  readonly count: number
  readonly peers: readonly string[]
  readonly own: readonly string[]
}

/** How fast it went, and what one message cost each process of the machine, in microseconds of processor time. */
interface Pace {
  readonly perSecond: number
  readonly cpuUs: Readonly<Record<string, number>>
}

/** One way of doing it: the product, or the engine alone. */
interface Way {
  readonly pids: Readonly<Record<'server' | 'network' | 'load', number>>
  readonly sending: () => Promise<unknown>
  readonly receiving: () => Promise<unknown>
}

/** Messages in and out, against the same engine that stores nothing; one direction alone has no denominator. */
export async function traffic(bench: Bench, alone?: Direction): Promise<readonly Compared[]> {
  const plan = planOf(bench)
  const { sessions, count } = plan
  const side = await Side.start(bench, 'whatsapp-traffic')
  await side.network.people(plan.peers)
  await side.grow(sessions, { incomingWebhook: 'yes' })
  const product = productOf(side, plan)
  const bare = alone === undefined ? await engineAlone(bench, plan) : undefined
  const measured = { sending: [] as Measured[], receiving: [] as Measured[] }
  console.log(
    `  ${sessions} sessions and as many people, ${count} texts each way in a round; the first round, in which they meet, is not counted`,
  )
  for (let round = 0; round <= Math.min(bench.effort.rounds, 3); round++) {
    for (const direction of alone === undefined ? DIRECTIONS : [alone]) {
      const denominator = bare && (await paced(bare, direction, count))
      const one = { product: await paced(product, direction, count), ...(denominator && { bare: denominator }) }
      console.log(`  round ${round}, ${direction}: ${shown(one)}`)
      if (round > 0) measured[direction].push(one)
    }
  }
  const { phones } = await side.network.statistics()
  console.log(`  phones could not read ${phones.unreadable} messages and asked again for ${phones.retriesAsked}`)
  const rows = [
    ...judged('messages sent a second, to the ack', SENDS_PER_SECOND, measured.sending),
    ...judged('messages received a second, stored and in the mailbox', RECEIPTS_PER_SECOND, measured.receiving),
  ]
  const none = { measured: String(phones.unreadable), reached: phones.unreadable === 0 }
  return [...rows, { name: 'whatsapp: messages that a phone could not read', target: '0', ...none }]
}

const DIRECTIONS: readonly Direction[] = ['sending', 'receiving']

function planOf({ effort }: Bench): Plan {
  const quick = effort.instances < 1000
  const sessions = quick ? 10 : SESSIONS
  const peers = Array.from({ length: sessions }, (_, number) => String(79_500_000_001 + number * 10))
  const own = Array.from({ length: sessions }, (_, number) => String(phoneOf(number)))
  return { sessions, count: quick ? 1000 : 10_000, peers, own }
}

function productOf(side: Side, { sessions, count, peers, own }: Plan): Way {
  const { gateway, network } = side
  return {
    pids: { server: gateway.pid, network: network.pid, load: process.pid },
    sending: () => sendAll(side, peers, count / sessions),
    receiving: async () => {
      const stored = await notifications(gateway)
      await network.flood(peers, own, count)
      await poll(async () => (await notifications(gateway)) - stored >= count)
    },
  }
}

async function engineAlone(bench: Bench, { sessions, count, peers, own }: Plan): Promise<Way> {
  const network = bench.own(await WhatsAppNetwork.start())
  await network.people([...peers, ...own])
  const { child } = await Child.start(
    'bare/whatsapp',
    [network.url, String(network.control), ...own],
    [...NODE_FLAGS, '--import', PRELOAD],
    network.environment,
  )
  bench.own(child)
  const received = async () => ((await child.ask({ kind: 'count' })) as { texts: number }).texts
  return {
    pids: { server: child.pid, network: network.pid, load: process.pid },
    sending: () => child.ask({ kind: 'send', to: peers, each: count / sessions }),
    receiving: async () => {
      const before = await received()
      await network.flood(peers, own, count)
      await poll(async () => (await received()) - before >= count)
    },
  }
}

interface Measured {
  readonly product: Pace
  readonly bare?: Pace
}

async function paced({ pids, ...way }: Way, direction: Direction, count: number): Promise<Pace> {
  const [before, start] = [usedBy(pids), performance.now()]
  await way[direction]()
  const seconds = (performance.now() - start) / 1000
  const cpuUs = [...usedBy(pids)].map(([name, now]) => [name, ((now - (before.get(name) ?? 0)) / count) * 1e6] as const)
  return { perSecond: count / seconds, cpuUs: Object.fromEntries(cpuUs) }
}

function usedBy({ server, ...others }: Way['pids']): ReadonlyMap<string, number> {
  return new Map([
    ['server', cpuSeconds(server)],
    ['its main thread', mainThreadSeconds(server)],
    ...Object.entries(others).map(([name, pid]) => [name, cpuSeconds(pid)] as const),
  ])
}

function shown({ product, bare }: Measured): string {
  const one = ({ perSecond, cpuUs }: Pace) => {
    const each = Object.entries(cpuUs).map(([name, us]) => `${name} ${us.toFixed(0)}`)
    return `${perSecond.toFixed(0)}/s (µs of CPU each: ${each.join(', ')})`
  }
  return `${one(product)}${bare === undefined ? '' : `, engine alone ${one(bare)}`}`
}

/** Nothing for what was not measured. */
function judged(what: string, target: number, measured: readonly Measured[]): readonly Compared[] {
  if (measured.length === 0) return []
  const rate = median(measured.map(({ product }) => product.perSecond))
  const ratios = measured.flatMap(({ product, bare }) => (bare ? [product.perSecond / bare.perSecond] : []))
  const ratio = ratios.length === 0 ? '' : ` (${median(ratios).toFixed(2)} of the engine alone)`
  return [
    {
      name: `whatsapp: ${what}`,
      target: `≥ ${target}`,
      measured: `${rate.toFixed(0)}${ratio}`,
      reached: rate >= target,
    },
  ]
}

async function sendAll({ gateway, instances }: Side, peers: readonly string[], each: number): Promise<void> {
  await inParallel(instances.length, async (index) => {
    const access = instances[index]
    if (access === undefined) return
    for (let number = 0; number < each; number++) {
      await gateway.api.call('POST', access, 'sendMessage', {
        chatId: `${peers[index % peers.length]}@c.us`,
        message: `no. ${number}`,
      })
    }
  })
  await poll(async () => (await metric(gateway, 'jadegate_messages_queued')) === 0)
}

const notifications = (gateway: Gateway) => metric(gateway, 'jadegate_notifications_queued')

async function metric({ port }: Gateway, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  return [...text.matchAll(new RegExp(`^${name}\\{[^}]*\\} (\\d+)$`, 'gm'))].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
  )
}
