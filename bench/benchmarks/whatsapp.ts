import { setTimeout as sleep } from 'node:timers/promises'
import { inParallel, type Access } from '../harness/api.ts'
import type { Bench, Benchmark } from '../harness/bench.ts'
import { Child } from '../harness/child.ts'
import { Gateway } from '../harness/gateway.ts'
import { freePort } from '../harness/jadegate.ts'
import { NODE_FLAGS } from '../harness/node-flags.ts'
import type { Compared } from '../harness/rounds.ts'
import { median } from '../harness/statistics.ts'
import { cpuSeconds, residentMb } from '../harness/usage.ts'
import { PRELOAD, WhatsAppNetwork } from '../harness/whatsapp-network.ts'
import { allAuthorized, phoneOf } from './linked.ts'

const SIZES = [50, 200, 500] as const
const RESTARTED = 200
const SESSIONS = 50
const RESIDENT_MB = 1.5
const RESTART_S = 15
const SENDS_PER_SECOND = 1000
const RECEIPTS_PER_SECOND = 1500
const WAIT_MS = 300_000

/** Live WhatsApp on the fake network, which has a process of its own. The server's process alone is measured. */
export const whatsapp: Benchmark = async (bench) => {
  console.log('\nwhatsapp: linked devices of the fake WhatsApp, through the engine and SQLite')
  console.log(
    '  no budgets, logins not held back, delay lowered to 1 ms; the fake is a process of its own on the same machine',
  )
  return [...(await idle(bench)), ...(await traffic(bench))]
}

class Side {
  readonly network: WhatsAppNetwork
  readonly gateway: Gateway
  readonly instances: Access[] = []

  private constructor(network: WhatsAppNetwork, gateway: Gateway) {
    this.network = network
    this.gateway = gateway
  }

  static async start(bench: Bench, name: string): Promise<Side> {
    const network = bench.own(await WhatsAppNetwork.start())
    const env = {
      JADEGATE_WHATSAPP: 'baileys',
      JADEGATE_WHATSAPP_URL: network.url,
      JADEGATE_WHATSAPP_LOGINS_PER_SECOND: '1000',
      JADEGATE_WHATSAPP_FIRST_CONTACTS_PER_DAY: '0',
      JADEGATE_WHATSAPP_NUMBER_CHECKS_PER_DAY: '0',
      JADEGATE_DELAY_MIN_MS: '1',
      NODE_OPTIONS: `--import ${PRELOAD}`,
      ...network.environment,
    }
    // Nobody listens there: what is simulated is not used, and its network is not in the process that is measured.
    return new Side(network, bench.own(await Gateway.start(bench.file(name), await freePort(), env)))
  }

  /** Links more instances until there are so many. */
  async grow(count: number, settings: object = {}): Promise<void> {
    const from = this.instances.length
    const body = { name: 'bench', delaySendMessagesMilliseconds: 1, ...settings }
    const made = await this.gateway.api.createInstances(count - from, body)
    this.instances.push(...made)
    await this.network.people(made.map((_, number) => String(phoneOf(from + number))))
    let next = from
    // A few at once: each costs a quarter of a second of the server's processor.
    const worker = async () => {
      for (let number = next++; number < count; number = next++) {
        const access = this.instances[number]
        if (access === undefined) return
        const code = await this.gateway.api.code(access, phoneOf(number))
        await poll(() => this.network.enterCode(String(phoneOf(number)), code))
        await authorized(this.gateway, access)
      }
    }
    await Promise.all(Array.from({ length: 8 }, worker))
  }

  /** Seconds from the start of the new process until the last instance is connected. */
  async restart(): Promise<number> {
    await this.gateway.stop()
    const start = performance.now()
    await this.gateway.restart()
    await allAuthorized(this.gateway, this.instances)
    return (performance.now() - start) / 1000
  }
}

function authorized({ api }: Gateway, access: Access): Promise<void> {
  return poll(async () => (await api.call('GET', access, 'getStateInstance'))['stateInstance'] === 'authorized')
}

/** Memory and processor time at rest, after a restart, and how long the restart took. */
async function idle(bench: Bench): Promise<readonly Compared[]> {
  const quick = bench.effort.instances < 1000
  const side = await Side.start(bench, 'whatsapp-idle')
  await side.grow(1)
  await side.restart()
  const one = await rest(bench, side.gateway.pid)
  console.log(`  1 session: ${one.mb.toFixed(0)} MB resident`)
  const results: Compared[] = []
  for (const size of quick ? [10, 20] : SIZES) {
    const start = performance.now()
    await side.grow(size)
    const linking = (performance.now() - start) / 1000
    const seconds = await side.restart()
    const now = await rest(bench, side.gateway.pid)
    const each = (now.mb - one.mb) / (size - 1)
    console.log(
      `  ${size} sessions: ${now.mb.toFixed(0)} MB resident at rest (${each.toFixed(2)} MB each), ${(now.share * 100).toFixed(1)} % of a core; all back ${seconds.toFixed(1)} s after the start of the process; the last ones were linked in ${linking.toFixed(0)} s`,
    )
    if (size >= 200)
      results.push(
        row(
          `resident for each of ${size} idle sessions`,
          `≤ ${RESIDENT_MB} MB`,
          `${each.toFixed(2)} MB`,
          each <= RESIDENT_MB,
        ),
      )
    if (size === RESTARTED)
      results.push(
        row(
          `${RESTARTED} sessions back after a restart`,
          `≤ ${RESTART_S} s`,
          `${seconds.toFixed(1)} s`,
          seconds <= RESTART_S,
        ),
      )
  }
  await side.gateway.stop()
  await side.network.stop()
  return results
}

async function rest(bench: Bench, pid: number): Promise<{ readonly mb: number; readonly share: number }> {
  await sleep(bench.effort.idleMs / 2)
  const before = cpuSeconds(pid)
  const start = performance.now()
  await sleep(bench.effort.idleMs)
  return { mb: residentMb(pid), share: (cpuSeconds(pid) - before) / ((performance.now() - start) / 1000) }
}

/** Messages in and out, against the same engine that stores nothing. */
async function traffic(bench: Bench): Promise<readonly Compared[]> {
  const quick = bench.effort.instances < 1000
  const sessions = quick ? 10 : SESSIONS
  const count = quick ? 1000 : 10_000
  const peers = Array.from({ length: sessions }, (_, number) => String(79_500_000_001 + number * 10))
  const own = Array.from({ length: sessions }, (_, number) => String(phoneOf(number)))
  const side = await Side.start(bench, 'whatsapp-traffic')
  await side.network.people(peers)
  await side.grow(sessions, { incomingWebhook: 'yes' })
  const bareNetwork = bench.own(await WhatsAppNetwork.start())
  await bareNetwork.people([...peers, ...own])
  const { child } = await Child.start(
    'bare/whatsapp',
    [bareNetwork.url, String(bareNetwork.control), ...own],
    [...NODE_FLAGS, '--import', PRELOAD],
    bareNetwork.environment,
  )
  bench.own(child)
  const rounds = Math.min(bench.effort.rounds, 3)
  const each = count / sessions
  const product = { out: [] as number[], in: [] as number[] }
  const bare = { out: [] as number[], in: [] as number[] }
  console.log(
    `  ${sessions} sessions and as many people, ${count} texts each way in a round; the first round, in which they meet, is not counted`,
  )
  for (let round = 0; round <= rounds; round++) {
    const bareOut = await timed(async () => {
      await child.ask({ kind: 'send', to: peers, each })
    })
    const bareBefore = ((await child.ask({ kind: 'count' })) as { texts: number }).texts
    const bareIn = await timed(async () => {
      await bareNetwork.flood(peers, own, count)
      await poll(async () => ((await child.ask({ kind: 'count' })) as { texts: number }).texts - bareBefore >= count)
    })
    const out = await timed(() => sendAll(side, peers, each))
    const stored = await notifications(side.gateway)
    const received = await timed(async () => {
      await side.network.flood(peers, own, count)
      await poll(async () => (await notifications(side.gateway)) - stored >= count)
    })
    const perSecond = (seconds: number) => count / seconds
    console.log(
      `  round ${round}: out ${perSecond(out).toFixed(0)}/s (engine alone ${perSecond(bareOut).toFixed(0)}/s), in ${perSecond(received).toFixed(0)}/s (engine alone ${perSecond(bareIn).toFixed(0)}/s)`,
    )
    if (round === 0) continue
    product.out.push(perSecond(out))
    product.in.push(perSecond(received))
    bare.out.push(perSecond(bareOut))
    bare.in.push(perSecond(bareIn))
  }
  const { phones } = await side.network.statistics()
  console.log(`  phones could not read ${phones.unreadable} messages and asked again for ${phones.retriesAsked}`)
  const ratio = (which: 'in' | 'out') => median(product[which].map((value, round) => value / (bare[which][round] ?? 1)))
  console.log(`  medians: out ${ratio('out').toFixed(2)} of the engine alone, in ${ratio('in').toFixed(2)}`)
  const [out, received] = [median(product.out), median(product.in)]
  return [
    row(
      'messages sent a second, to the ack',
      `≥ ${SENDS_PER_SECOND}`,
      `${out.toFixed(0)} (${ratio('out').toFixed(2)} of the engine alone)`,
      out >= SENDS_PER_SECOND,
    ),
    row(
      'messages received a second, stored and in the mailbox',
      `≥ ${RECEIPTS_PER_SECOND}`,
      `${received.toFixed(0)} (${ratio('in').toFixed(2)} of the engine alone)`,
      received >= RECEIPTS_PER_SECOND,
    ),
    row('messages that a phone could not read', '0', String(phones.unreadable), phones.unreadable === 0),
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

async function poll(holds: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + WAIT_MS
  while (!(await holds())) {
    if (performance.now() > until) throw new Error('it did not come to its end in time')
    await sleep(20)
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

function row(name: string, target: string, measured: string, reached: boolean): Compared {
  return { name: `whatsapp: ${name}`, target, measured, reached }
}
