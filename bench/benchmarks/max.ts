import { inParallel } from '../harness/api.ts'
import { atRest } from '../harness/at-rest.ts'
import type { Bench, Benchmark } from '../harness/bench.ts'
import { Child } from '../harness/child.ts'
import { MaxNetwork } from '../harness/max-network.ts'
import { NODE_FLAGS } from '../harness/node-flags.ts'
import { DIRECTIONS, judged, metric, notifications, paced, shown, type Measured, type Way } from '../harness/pace.ts'
import type { Compared } from '../harness/rounds.ts'
import { phoneOf } from './linked.ts'
import { MaxSide } from './max-side.ts'
import { poll } from './whatsapp-side.ts'

const SESSIONS = 200
const RESIDENT_MB = 1
const TALKING = 50
/** Between two sends of a session at least, as the driver has it: faster than that no account may be. */
const PACED_MS = 150
/** Of what that leaves. */
const SENDS_SHARE = 0.8
const RECEIPTS_PER_SECOND = 500
const BARE = 'a client that stores nothing'

/** Live MAX on the fake network, which has a process of its own. The server's process alone is measured. */
export const max: Benchmark = async (bench) => {
  console.log('\nmax: linked devices of the fake MAX and SQLite')
  console.log(
    '  no budgets, logins not held back, delay lowered to 1 ms; the fake is a process of its own on the same machine',
  )
  const { part } = bench.effort
  if (part !== undefined && part !== 'idle' && part !== 'traffic')
    throw new Error(`it has no part ${part}, but idle and traffic`)
  return [...(part === 'traffic' ? [] : await idle(bench)), ...(part === 'idle' ? [] : await traffic(bench))]
}

/** Memory and processor time at rest, after a restart, and how long the restart took. */
async function idle(bench: Bench): Promise<readonly Compared[]> {
  const size = isQuick(bench) ? 20 : SESSIONS
  const side = await MaxSide.start(bench, 'max-idle')
  await side.grow(1)
  await side.restart()
  const one = await atRest(bench, side.gateway.pid)
  await side.grow(size)
  const seconds = await side.restart()
  const now = await atRest(bench, side.gateway.pid)
  const each = (now.mb - one.mb) / (size - 1)
  console.log(`  1 session: ${one.mb.toFixed(0)} MB resident`)
  console.log(
    `  ${size} sessions: ${now.mb.toFixed(0)} MB resident at rest (${each.toFixed(2)} MB each), ${(now.share * 100).toFixed(1)} % of a core; all back ${seconds.toFixed(1)} s after the start of the process`,
  )
  await side.gateway.stop()
  await side.network.stop()
  const measured = `${each.toFixed(2)} MB`
  const name = `max: resident for each of ${size} idle sessions`
  return [{ name, target: `≤ ${RESIDENT_MB} MB`, measured, reached: each <= RESIDENT_MB }]
}

/** Who writes to whom, and how much in a round. */
interface Plan {
  readonly count: number
  readonly own: readonly string[]
  readonly peers: readonly string[]
}

/** Texts each way, against a client of the same protocol that stores nothing. */
async function traffic(bench: Bench): Promise<readonly Compared[]> {
  const sessions = isQuick(bench) ? 10 : TALKING
  const numbers = Array.from({ length: sessions }, (_, number) => number)
  const plan: Plan = {
    count: isQuick(bench) ? 500 : 5_000,
    own: numbers.map((number) => String(phoneOf(number))),
    peers: numbers.map((number) => String(79_500_000_001 + number * 10)),
  }
  const sends = Math.floor((sessions / PACED_MS) * 1000 * SENDS_SHARE)
  console.log(`  the driver waits ${PACED_MS} ms between two sends of a session; the client beside it does not`)
  const [product, bare] = [await productOf(bench, plan), await bareOf(bench, plan)]
  const measured = { sending: [] as Measured[], receiving: [] as Measured[] }
  console.log(
    `  ${sessions} sessions and as many people, ${plan.count} texts each way in a round; the first is not counted`,
  )
  for (let round = 0; round <= Math.min(bench.effort.rounds, 3); round++) {
    for (const direction of DIRECTIONS) {
      const denominator = await paced(bare, direction, plan.count)
      const one = { product: await paced(product, direction, plan.count), bare: denominator }
      console.log(`  round ${round}, ${direction}: ${shown(one, BARE)}`)
      if (round > 0) measured[direction].push(one)
    }
  }
  return [
    ...judged('max: messages sent a second, to MAX’s answer', sends, measured.sending, BARE),
    ...judged(
      'max: messages received a second, stored and in the mailbox',
      RECEIPTS_PER_SECOND,
      measured.receiving,
      BARE,
    ),
  ]
}

async function productOf(bench: Bench, { own, peers, count }: Plan): Promise<Way> {
  const side = await MaxSide.start(bench, 'max-traffic')
  const { gateway, network } = side
  const chats = await Promise.all(peers.map((phone) => network.person(phone)))
  await side.grow(own.length, { incomingWebhook: 'yes' })
  return {
    pids: { server: gateway.pid, network: network.pid, load: process.pid },
    sending: async () => {
      await inParallel(own.length, async (index) => {
        const access = side.instances[index]
        if (access === undefined) return
        for (let number = 0; number < count / own.length; number++)
          await gateway.api.call('POST', access, 'sendMessage', { chatId: chats[index], message: `no. ${number}` })
      })
      await poll(async () => (await metric(gateway, 'jadegate_messages_queued')) === 0)
    },
    receiving: async () => {
      const stored = await notifications(gateway)
      await network.flood(peers, own, count)
      await poll(async () => (await notifications(gateway)) - stored >= count)
    },
  }
}

async function bareOf(bench: Bench, { own, peers, count }: Plan): Promise<Way> {
  const network = bench.own(await MaxNetwork.start())
  const ids = await Promise.all(own.map((phone) => network.person(phone)))
  const others = await Promise.all(peers.map((phone) => network.person(phone)))
  const tokens = await Promise.all(own.map((phone) => network.token(phone)))
  // As the network numbers a dialog of two.
  const chats = ids.map((id, index) => String(BigInt(id) ^ BigInt(others[index] ?? 0)))
  const { child } = await Child.start('bare/max', [network.url], [...NODE_FLAGS])
  bench.own(child)
  await child.ask({ kind: 'open', tokens })
  const received = async () => ((await child.ask({ kind: 'count' })) as { texts: number }).texts
  return {
    pids: { server: child.pid, network: network.pid, load: process.pid },
    sending: () => child.ask({ kind: 'send', chats, each: count / own.length }),
    receiving: async () => {
      const before = await received()
      await network.flood(peers, own, count)
      await poll(async () => (await received()) - before >= count)
    },
  }
}

const isQuick = ({ effort }: Bench) => effort.instances < 1000
