import type { Bench } from '../harness/bench.ts'
import { compare, type Compared } from '../harness/rounds.ts'
import { median } from '../harness/statistics.ts'
import type { JobResult } from '../load/job.ts'
import { requestText } from '../load/connection.ts'
import { foundMs } from './probe.ts'
import { BARE_LIST, QUERY_NAMES, type QueryName, type Scene } from './scene.ts'

const MOST_P99_MS = 50
const MOST_TIMES = 2
const SEARCH_FIELD = '[role="search"] input:not([readonly], [type="hidden"])'

/** What the server takes for a page of the list, and what somebody waits for who types into its search. */
export async function listOfMany(bench: Bench, scene: Scene): Promise<readonly Compared[]> {
  const results: Compared[] = []
  for (const name of QUERY_NAMES) results.push(await answered(bench, scene, name))
  return [...results, await typed(scene)]
}

async function answered(bench: Bench, { product, bare, list, instances, cookie, queries }: Scene, name: QueryName) {
  const { warmupMs, durationMs, rounds } = bench.effort
  const load = bench.load()
  const requests = [requestText('GET', `${list}${queries[name]}`, undefined, [`Cookie: ${cookie}`])]
  const job = {
    kind: 'closed',
    connections: 1,
    warmupMs,
    durationMs: durationMs / 2,
    requests,
    expect: '"total"',
  } as const
  const taken: JobResult[] = []
  await compare(
    {
      name: `console: a ${name} of the list of ${instances} instances`,
      unit: 'answers',
      conditions: [
        'one keep-alive connection, the next call when the one before was answered, 50 instances an answer; nothing changes between the calls',
        `GET …/instances?limit=50${queries[name]}`,
      ],
      product: {
        pid: product.pid,
        run: async () => {
          const result = await load({ ...job, port: product.port })
          taken.push(result)
          return result
        },
      },
      limits: [
        {
          text: 'node:http that sends one recorded buffer with the same bytes',
          bare: { pid: bare.pid, run: () => load({ ...job, port: bare.port }) },
          target: null,
        },
      ],
    },
    rounds,
  )
  const p50Ms = median(taken.map((one) => one.p50Ms))
  const p99Ms = median(taken.map((one) => one.p99Ms))
  return {
    name: `console: a ${name} of ${instances}, p99`,
    target: `≤ ${MOST_P99_MS} ms`,
    measured: `${p99Ms.toFixed(1)} ms (median ${p50Ms.toFixed(1)} ms)`,
    reached: p99Ms <= MOST_P99_MS,
  }
}

async function typed({ product, bare, texts, console: at }: Scene): Promise<Compared> {
  console.log('\nconsole: from the last letter of a search until the page shows what was found')
  console.log('  denominator: a page of plain rows without library or styles, its answers recorded, from node:http')
  console.log('  either waits 250 ms after the last letter before it asks')
  const [plain, ours] = [await bare.member(), await product.member()]
  await plain.goto(BARE_LIST)
  await ours.goto(at)
  const limits: number[] = []
  const taken: number[] = []
  for (const [round, text] of texts.entries()) {
    await plain.bringToFront()
    limits.push(...(await foundMs(plain, 'input', [text])))
    await ours.bringToFront()
    taken.push(...(await foundMs(ours, SEARCH_FIELD, [text])))
    console.log(`  round ${round + 1}: bare ${limits.at(-1)?.toFixed(0)} ms, product ${taken.at(-1)?.toFixed(0)} ms`)
  }
  await plain.context().close()
  await ours.context().close()
  console.log(`  medians: bare ${median(limits).toFixed(0)} ms, product ${median(taken).toFixed(0)} ms`)
  const times = median(taken.map((one, round) => one / (limits[round] ?? Number.NaN)))
  return {
    name: 'console: a search until its rows are shown, against a page of plain rows',
    target: `≤ ${MOST_TIMES.toFixed(2)}`,
    measured: `${times.toFixed(2)} (${median(taken).toFixed(0)} ms)`,
    reached: times <= MOST_TIMES,
  }
}
