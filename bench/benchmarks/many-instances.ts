import { mkdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Api, inParallel, pathOf, type Access } from '../harness/api.ts'
import type { Bench, Benchmark } from '../harness/bench.ts'
import { Gateway, RATE_LIMIT_SCALE } from '../harness/gateway.ts'
import { freePort, Jadegate } from '../harness/jadegate.ts'
import type { Compared } from '../harness/rounds.ts'
import { median } from '../harness/statistics.ts'
import { cpuSeconds, peakResidentMb, residentMb } from '../harness/usage.ts'
import { requestText } from '../load/connection.ts'
import { allAuthorized, phoneOf } from './linked.ts'

const FEW = 10
const CONNECTIONS = 64
const SENDS_PER_SECOND = 1000
const MEMORY_MB = 400
const IDLE_SHARE = 0.03
const RESTART_S = 10
const P99_FACTOR = 2

/** The server's process alone is measured; the simulated network, which remembers everything, has its own. */
export const manyInstances: Benchmark = async (bench) => {
  const count = bench.effort.manyInstances
  console.log(`\nmany-instances: ${count} linked simulated instances`)
  console.log(
    '  the network is `jadegate simulator` in its own process; no webhooks; the server process alone is measured',
  )
  console.log(
    `  linked over the public API: createInstance, getAuthorizationCode, POST /simulator/link; then a restart`,
  )
  const many = await linkedGateway(bench, 'many', count)
  const afterLinking = residentMb(many.gateway.pid)
  const restart = await restarted(many)
  const rest = await atRest(bench, many.gateway)
  const results = [
    row(
      `resident with ${count} linked`,
      `≤ ${MEMORY_MB} MB`,
      `${rest.residentMb.toFixed(0)} MB`,
      rest.residentMb <= MEMORY_MB,
    ),
    row('idle CPU of one core', '< 3 %', `${(rest.share * 100).toFixed(1)} %`, rest.share < IDLE_SHARE),
    row('restart until all are authorized', `≤ ${RESTART_S} s`, `${restart.toFixed(1)} s`, restart <= RESTART_S),
  ]
  console.log(
    `  resident: ${afterLinking.toFixed(0)} MB after linking, ${rest.residentMb.toFixed(0)} MB at rest after a restart`,
  )
  console.log(`  idle CPU over ${bench.effort.idleMs / 1000} s: ${(rest.share * 100).toFixed(2)} % of a core`)
  console.log(`  restart: all authorized ${restart.toFixed(2)} s after the new process was started`)
  const few = await linkedGateway(bench, 'few', FEW)
  results.push(await latencies(bench, few, many))
  const peak = peakResidentMb(many.gateway.pid)
  console.log(`  resident under this load at most ${peak.toFixed(0)} MB`)
  return results
}

interface Linked {
  readonly gateway: Gateway
  readonly instances: readonly Access[]
}

async function linkedGateway(bench: Bench, name: string, count: number): Promise<Linked> {
  const folder = bench.file(`${name}-network`)
  mkdirSync(folder, { recursive: true })
  const port = await freePort()
  const env = { JADEGATE_SIMULATOR_PORT: String(port), JADEGATE_DATA_DIR: folder }
  const network = await Jadegate.start({ command: 'simulator', folder, env, readyPath: '/simulator/phones', port })
  bench.own(network)
  const gateway = bench.own(await Gateway.start(bench.file(name), port, { JADEGATE_DELAY_MIN_MS: '1' }))
  const instances = await gateway.api.createInstances(count, { name: 'bench', delaySendMessagesMilliseconds: 1 })
  const phones = new Api(port)
  await inParallel(count, async (number) => {
    const access = instances[number]
    if (access === undefined) return
    const code = await gateway.api.code(access, phoneOf(number))
    await phones.post('/simulator/link', { code, phoneNumber: String(phoneOf(number)) })
  })
  await phones.close()
  await allAuthorized(gateway, instances)
  return { gateway, instances }
}

/** Seconds from the start of the new process until the last instance is authorized. */
async function restarted({ gateway, instances }: Linked): Promise<number> {
  await gateway.stop()
  const start = performance.now()
  await gateway.restart()
  await allAuthorized(gateway, instances)
  return (performance.now() - start) / 1000
}

async function atRest(bench: Bench, gateway: Gateway): Promise<{ residentMb: number; share: number }> {
  await sleep(bench.effort.idleMs / 4)
  const before = cpuSeconds(gateway.pid)
  const start = performance.now()
  await sleep(bench.effort.idleMs)
  const share = (cpuSeconds(gateway.pid) - before) / ((performance.now() - start) / 1000)
  return { residentMb: residentMb(gateway.pid), share }
}

/**
 * The same number of sends a second on both, at a fixed rate, so that waiting in front of a busy server counts. The delay between two
 * sends of an instance is lowered on both, so that with few instances, too, every message leaves: both do the same work.
 */
async function latencies(bench: Bench, few: Linked, many: Linked): Promise<Compared> {
  const { rounds, warmupMs, durationMs } = bench.effort
  const load = bench.load()
  console.log(
    `  sendMessage: ${SENDS_PER_SECOND} a second at a fixed rate, ${CONNECTIONS} connections; every message is sent on`,
  )
  console.log(
    `  delay lowered to 1 ms (JADEGATE_DELAY_MIN_MS), rate limits times ${RATE_LIMIT_SCALE}; ${FEW} instances against ${many.instances.length}, in turn`,
  )
  const measure = ({ gateway, instances }: Linked) => {
    const requests = instances.map((one, number) =>
      requestText('POST', pathOf(one, 'sendMessage'), {
        chatId: `${phoneOf(number + 1)}@c.us`,
        message: 'Good morning',
      }),
    )
    const timing = { warmupMs, durationMs, perSecond: SENDS_PER_SECOND }
    const asked = { requests, expect: '"idMessage"' }
    return load({ kind: 'open', port: gateway.port, connections: CONNECTIONS, ...timing, ...asked })
  }
  const ratios: number[] = []
  for (let round = 1; round <= rounds; round++) {
    const base = await measure(few)
    const result = await measure(many)
    ratios.push(result.p99Ms / base.p99Ms)
    console.log(
      `  round ${round}: p99 with ${FEW} ${base.p99Ms.toFixed(2)} ms, with ${many.instances.length} ${result.p99Ms.toFixed(2)} ms`,
    )
  }
  const factor = median(ratios)
  console.log(`  median of the ratios: ${factor.toFixed(2)}`)
  return row(
    'p99 of sendMessage against 10 instances',
    `≤ ${P99_FACTOR.toFixed(2)}`,
    factor.toFixed(2),
    factor <= P99_FACTOR,
  )
}

function row(name: string, target: string, measured: string, reached: boolean): Compared {
  return { name: `many-instances: ${name}`, target, measured, reached }
}
