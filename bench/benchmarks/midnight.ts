import { mkdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import BetterSqlite from 'better-sqlite3'
import { Pool } from 'undici'
import { billingDay, dayText } from '../../src/billing/day.ts'
import { Api, pathOf, type Access } from '../harness/api.ts'
import type { Bench, Benchmark } from '../harness/bench.ts'
import { Gateway, OPERATOR_TOKEN, RATE_LIMIT_SCALE } from '../harness/gateway.ts'
import { freePort, Jadegate } from '../harness/jadegate.ts'
import type { Compared } from '../harness/rounds.ts'
import { median } from '../harness/statistics.ts'
import { residentMb } from '../harness/usage.ts'
import type { Job, JobResult } from '../load/job.ts'
import { requestText } from '../load/connection.ts'
import { allAuthorized, phoneOf } from './linked.ts'

const FULL_INSTANCES = 100_000
const QUICK_INSTANCES = 5000
const LINKED = 10
const CONNECTIONS = 64
const SENDS_PER_SECOND = 1000
const PRICE = 23
const P99_FACTOR = 1.5
const CHARGE_S = 60
const GROWTH_MB = 64
const LOOK_MS = 50

/**
 * The midnight run of a running server: the first price begins today, so that every instance is to be charged for today at once, as at each midnight. The same
 * sends are measured before it, on the same server, and while it runs.
 */
export const midnight: Benchmark = async (bench) => {
  const count = bench.effort.manyInstances >= 10_000 ? FULL_INSTANCES : QUICK_INSTANCES
  console.log(`\nmidnight: ${count} instances are charged for a day; ${LINKED} more are linked and send`)
  console.log('  denominator: the same sends on the same server just before, when nothing is charged')
  console.log(
    `  sendMessage: ${SENDS_PER_SECOND} a second at a fixed rate, ${CONNECTIONS} connections; every message is sent on`,
  )
  console.log(
    `  SQLite, no webhooks, the network in its own process; delay 1 ms (JADEGATE_DELAY_MIN_MS), rate limits times ${RATE_LIMIT_SCALE}`,
  )
  const scene = await setUp(bench, count)
  const load = bench.load()
  const ratios: number[] = []
  const seconds: number[] = []
  const growths: number[] = []
  for (let round = 1; round <= bench.effort.rounds; round++) {
    const { before, during, tookMs, growthMb } = await measure(bench, scene, load)
    ratios.push(during.p99Ms / before.p99Ms)
    seconds.push(tookMs / 1000)
    growths.push(growthMb)
    const p99 = `p99 before ${before.p99Ms.toFixed(2)} ms, while it runs ${during.p99Ms.toFixed(2)} ms`
    console.log(
      `  round ${round}: charged in ${(tookMs / 1000).toFixed(2)} s, at most ${growthMb.toFixed(1)} MB more resident; ${p99}`,
    )
    await scene.forgetCharges()
  }
  const ratio = median(ratios)
  const took = median(seconds)
  const growth = Math.max(...growths)
  return [
    row(`${count} instances charged beside the sends`, `≤ ${CHARGE_S} s`, `${took.toFixed(2)} s`, took <= CHARGE_S),
    row('resident memory on top of that at rest', `≤ ${GROWTH_MB} MB`, `${growth.toFixed(1)} MB`, growth <= GROWTH_MB),
    row('p99 of sendMessage while it runs', `≤ ${P99_FACTOR.toFixed(2)}`, ratio.toFixed(2), ratio <= P99_FACTOR),
  ]
}

interface Scene {
  readonly gateway: Gateway
  readonly instances: readonly Access[]
  readonly count: number
  /** Nothing was ever charged, and no price is set. */
  forgetCharges(): Promise<void>
}

async function setUp(bench: Bench, count: number): Promise<Scene> {
  const folder = bench.file('midnight-network')
  mkdirSync(folder, { recursive: true })
  const port = await freePort()
  const env = { JADEGATE_SIMULATOR_PORT: String(port), JADEGATE_DATA_DIR: folder }
  bench.own(await Jadegate.start({ command: 'simulator', folder, env, readyPath: '/simulator/phones', port }))
  const gateway = bench.own(await Gateway.start(bench.file('midnight'), port, { JADEGATE_DELAY_MIN_MS: '1' }))
  const instances = await linked(gateway, port)
  await gateway.api.createInstances(count, { name: 'Shop on Harbour Street' })
  const scene: Scene = {
    gateway,
    instances,
    count,
    async forgetCharges() {
      await gateway.stop()
      forgetCharges(bench.file('midnight/data/jadegate.db'))
      await gateway.restart()
      await allAuthorized(gateway, instances)
    },
  }
  // After a restart, as at any midnight but the first.
  await scene.forgetCharges()
  return scene
}

async function linked(gateway: Gateway, networkPort: number): Promise<readonly Access[]> {
  const instances = await gateway.api.createInstances(LINKED, { delaySendMessagesMilliseconds: 1 })
  const phones = new Api(networkPort)
  for (const [number, access] of instances.entries()) {
    const code = await gateway.api.code(access, phoneOf(number))
    await phones.post('/simulator/link', { code, phoneNumber: String(phoneOf(number)) })
  }
  await phones.close()
  await allAuthorized(gateway, instances)
  return instances
}

function forgetCharges(file: string): void {
  const database = new BetterSqlite(file)
  database.exec('delete from ledger; delete from ledger_total; delete from account_balance; delete from price')
  database.close()
}

interface Measured {
  readonly before: JobResult
  readonly during: JobResult
  readonly tookMs: number
  readonly growthMb: number
}

async function measure(bench: Bench, scene: Scene, load: (job: Job) => Promise<JobResult>): Promise<Measured> {
  const { gateway, instances } = scene
  const { warmupMs, durationMs } = bench.effort
  const requests = instances.map((one, number) =>
    requestText('POST', pathOf(one, 'sendMessage'), { chatId: `${phoneOf(number + 1)}@c.us`, message: 'Good morning' }),
  )
  const timing = { warmupMs, durationMs, perSecond: SENDS_PER_SECOND }
  const job = {
    kind: 'open',
    port: gateway.port,
    connections: CONNECTIONS,
    requests,
    expect: '"idMessage"',
    ...timing,
  } as const
  const before = await load(job)
  const sends = load(job)
  await sleep(warmupMs)
  const charged = await charge(gateway)
  const during = await sends
  if (charged.tookMs < durationMs) console.log(`  the charge was over before the ${durationMs} ms were`)
  await assertCharged(gateway, scene.count + LINKED)
  return { before, during, ...charged }
}

/** Sets the price and has the server do what is due, as it does by itself at midnight. */
async function charge(gateway: Gateway): Promise<Pick<Measured, 'tookMs' | 'growthMb'>> {
  const atRest = residentMb(gateway.pid)
  let most = atRest
  const looking = setInterval(() => (most = Math.max(most, residentMb(gateway.pid))), LOOK_MS)
  const from = dayText(billingDay(Date.now()))
  await operate(gateway, 'PUT', '/prices', { tariff: 'PARTNER', currency: 'USD', from, amount: PRICE })
  const startedAt = performance.now()
  await operate(gateway, 'POST', '/billing/run')
  const tookMs = performance.now() - startedAt
  clearInterval(looking)
  return { tookMs, growthMb: most - atRest }
}

async function assertCharged(gateway: Gateway, count: number): Promise<void> {
  const { items } = (await operate(gateway, 'GET', '/accounts')) as { items: readonly { readonly id: string }[] }
  const balance = await operate(gateway, 'GET', `/accounts/${items[0]?.id ?? ''}/balance`)
  if ((balance as { balance: number }).balance !== -PRICE * count)
    throw new Error(`charged: ${JSON.stringify(balance)}`)
}

async function operate(
  gateway: Gateway,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: object,
): Promise<unknown> {
  const pool = new Pool(`http://127.0.0.1:${gateway.port}`)
  try {
    const answer = await pool.request({
      method,
      path: `/api/operator/v1${path}`,
      headers: { authorization: `Bearer ${OPERATOR_TOKEN}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await answer.body.text()
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`)
    return JSON.parse(text)
  } finally {
    await pool.destroy()
  }
}

function row(name: string, target: string, measured: string, reached: boolean): Compared {
  return { name: `midnight: ${name}`, target, measured, reached }
}
