import { inParallel } from '../harness/api.ts'
import type { Bench } from '../harness/bench.ts'
import { Child } from '../harness/child.ts'
import { NODE_FLAGS } from '../harness/node-flags.ts'
import {
  DIRECTIONS,
  judged,
  metric,
  notifications,
  paced,
  shown,
  type Direction,
  type Measured,
  type Way,
} from '../harness/pace.ts'
import type { Compared } from '../harness/rounds.ts'
import { PRELOAD, WhatsAppNetwork } from '../harness/whatsapp-network.ts'
import { phoneOf } from './linked.ts'
import { poll, Side } from './whatsapp-side.ts'

const SESSIONS = 50
const SENDS_PER_SECOND = 1000
const RECEIPTS_PER_SECOND = 1500
const BARE = 'the engine alone'

/** Who writes to whom, and how much in a round. */
interface Plan {
  readonly sessions: number
  readonly count: number
  readonly peers: readonly string[]
  readonly own: readonly string[]
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
      console.log(`  round ${round}, ${direction}: ${shown(one, BARE)}`)
      if (round > 0) measured[direction].push(one)
    }
  }
  const { phones } = await side.network.statistics()
  console.log(`  phones could not read ${phones.unreadable} messages and asked again for ${phones.retriesAsked}`)
  const rows = [
    ...judged('whatsapp: messages sent a second, to the ack', SENDS_PER_SECOND, measured.sending, BARE),
    ...judged(
      'whatsapp: messages received a second, stored and in the mailbox',
      RECEIPTS_PER_SECOND,
      measured.receiving,
      BARE,
    ),
  ]
  const none = { measured: String(phones.unreadable), reached: phones.unreadable === 0 }
  return [...rows, { name: 'whatsapp: messages that a phone could not read', target: '0', ...none }]
}

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
