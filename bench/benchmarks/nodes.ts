import { setTimeout as sleep } from 'node:timers/promises'
import { inParallel, pathOf, type Access } from '../harness/api.ts'
import type { Bench, Benchmark } from '../harness/bench.ts'
import { BenchNodes, type BenchNode } from '../harness/nodes.ts'
import type { Compared } from '../harness/rounds.ts'
import { median } from '../harness/statistics.ts'
import { cpuSeconds } from '../harness/usage.ts'
import { requestText } from '../load/connection.ts'
import { phoneOf } from './linked.ts'

const CONNECTIONS = 48
const MOST_NODES = 3
const OWNED_S = 10
const GAP_MS = 2000
const PROBED = 150
const PROBE_EVERY_MS = 100
const LOOK_MS = 100
const RECOVERY_WAIT_S = 300
const ATTEMPTS = 20

/** What several nodes on one PostgreSQL cost for each message, how long a hand-over is felt, and how long a death. */
export const nodes: Benchmark = async (bench) => {
  const results: Compared[] = []
  const isAsked = (part: 'work' | 'gap' | 'recovery') => bench.effort.part === undefined || bench.effort.part === part
  if (isAsked('work')) results.push(...(await work(bench)))
  if (isAsked('gap')) results.push(await gaps(bench))
  if (isAsked('recovery')) results.push(...(await recovery(bench)))
  return results
}

interface Work {
  readonly perSecond: number
  readonly nodesUs: number
  readonly databaseUs: number
  readonly transactions: number
  readonly rows: number
  readonly walBytes: number
}

/**
 * Sends to instances that are not linked, so that accepting alone is measured. Two processors bear the nodes, the database and the load: the
 * rate says nothing about growth, what a message costs does.
 */
async function work(bench: Bench): Promise<readonly Compared[]> {
  const { rounds } = bench.effort
  console.log(
    `\nnodes, work: sendMessage on 1, 2 and 3 nodes on one PostgreSQL; ${bench.effort.instances} instances, not linked`,
  )
  console.log(
    `  ${CONNECTIONS} connections spread evenly over the nodes; of n nodes each passes (n-1)/n of its calls on`,
  )
  const costs: number[] = []
  for (let count = 1; count <= MOST_NODES; count++) {
    const cluster = await BenchNodes.start(bench, `work-${count}`, count)
    const [first] = cluster.nodes
    if (first === undefined) break
    const instances = await first.api.createInstances(bench.effort.instances, { name: 'bench' })
    await cluster.even()
    const all: Work[] = []
    for (let round = 1; round <= rounds; round++) all.push(await measured(bench, cluster, instances))
    const of = (pick: (work: Work) => number) => median(all.map(pick))
    const us = of(({ nodesUs, databaseUs }) => nodesUs + databaseUs)
    costs.push(us)
    console.log(
      `  ${count} ${count === 1 ? 'node' : 'nodes'}: ${us.toFixed(0)} µs a message (nodes ${of((one) => one.nodesUs).toFixed(0)}, PostgreSQL ${of((one) => one.databaseUs).toFixed(0)}), ` +
        `${of((one) => one.transactions).toFixed(3)} transactions, ${of((one) => one.rows).toFixed(2)} rows, ${of((one) => one.walBytes).toFixed(0)} bytes of WAL, ${of((one) => one.perSecond).toFixed(0)} a second`,
    )
    for (const node of cluster.nodes) await node.stop()
  }
  const [one = Number.NaN] = costs
  return costs.slice(1).map((us, at) => ({
    name: `work a message, ${at + 2} nodes`,
    target: '',
    measured: `${(us / one).toFixed(2)} times that of one`,
    reached: true,
  }))
}

async function measured(bench: Bench, cluster: BenchNodes, instances: readonly Access[]): Promise<Work> {
  const { warmupMs, durationMs } = bench.effort
  const requests = instances.map((one, number) =>
    requestText('POST', pathOf(one, 'sendMessage'), { chatId: `${phoneOf(number)}@c.us`, message: 'Good morning' }),
  )
  await inParallel(instances.length, async (number) => {
    const one = instances[number]
    if (one !== undefined) await cluster.nodes[0]?.api.call('GET', one, 'clearMessagesQueue')
  })
  const connections = CONNECTIONS / cluster.nodes.length
  const loads = cluster.nodes.map((node) => ({ node, load: bench.load() }))
  const before = await cluster.databaseWork()
  const [nodesBefore, databaseBefore] = [secondsOf(cluster.nodes), cluster.databaseSeconds()]
  const results = await Promise.all(
    loads.map(({ node, load }, at) => {
      // Each begins at another place, so that no two ask for the same at one time.
      const from = Math.floor((requests.length * at) / loads.length)
      const turned = [...requests.slice(from), ...requests.slice(0, from)]
      const { port } = node
      return load({ kind: 'closed', port, connections, warmupMs, durationMs, requests: turned, expect: '"idMessage"' })
    }),
  )
  const sum = (pick: (result: (typeof results)[number]) => number) => results.reduce((all, one) => all + pick(one), 0)
  const done = sum(({ doneInAll }) => doneInAll)
  const nodesUs = ((secondsOf(cluster.nodes) - nodesBefore) / done) * 1e6
  const databaseUs = ((cluster.databaseSeconds() - databaseBefore) / done) * 1e6
  const after = await cluster.databaseWork()
  if (after.deadlocks !== before.deadlocks) console.log(`  deadlocks: ${after.deadlocks - before.deadlocks}`)
  return {
    perSecond: sum((one) => (one.done / one.tookMs) * 1000),
    nodesUs,
    databaseUs,
    transactions: (after.transactions - before.transactions) / done,
    rows: (after.rows - before.rows) / done,
    walBytes: (after.walBytes - before.walBytes) / done,
  }
}

function secondsOf(all: readonly BenchNode[]): number {
  return all.reduce((seconds, { pid }) => seconds + cpuSeconds(pid), 0)
}

/** A node leaves while each of its instances is asked ten times a second, through another node, to send. */
async function gaps(bench: Bench): Promise<Compared> {
  const count = Math.min(900, bench.effort.manyInstances)
  console.log(`\nnodes, gap: one of 3 nodes leaves (SIGTERM) with its share of ${count} linked simulated instances`)
  const cluster = await BenchNodes.start(bench, 'gap', MOST_NODES)
  const instances = await linked(cluster, count)
  await cluster.even()
  const [asked, , leaving] = cluster.nodes
  if (asked === undefined || leaving === undefined) throw new Error('no nodes')
  const on = await cluster.idsOn(leaving)
  const probed = instances.filter(({ id }) => on.has(id)).slice(0, PROBED)
  const over = new AbortController()
  const probes = probed.map((one, number) => probe(asked, one, number, over.signal))
  await sleep(3000)
  const began = performance.now()
  await leaving.stop()
  const tookMs = performance.now() - began
  await sleep(2000)
  over.abort()
  const longest = (await Promise.all(probes)).toSorted((a, b) => a - b)
  const most = longest.at(-1) ?? Number.NaN
  console.log(
    `  gone after ${(tookMs / 1000).toFixed(1)} s with ${on.size} leases; longest time between two answers of one instance, asked every ${PROBE_EVERY_MS} ms: ` +
      `median ${median(longest).toFixed(0)} ms, most ${most.toFixed(0)} ms; none was refused`,
  )
  for (const node of cluster.nodes) await node.stop()
  return {
    name: 'hand-over, longest gap',
    target: `≤ ${GAP_MS} ms`,
    measured: `${most.toFixed(0)} ms`,
    reached: most <= GAP_MS,
  }
}

/** The longest time between two answers; any refusal ends the benchmark. */
async function probe({ api }: BenchNode, one: Access, number: number, signal: AbortSignal): Promise<number> {
  let [longest, last] = [0, Number.NaN]
  await sleep((number % 10) * (PROBE_EVERY_MS / 10))
  while (!signal.aborted) {
    const began = performance.now()
    await api.call('POST', one, 'sendMessage', { chatId: `${phoneOf(number + 1)}@c.us`, message: 'Good morning' })
    const now = performance.now()
    if (now - last > longest) longest = now - last
    last = now
    await sleep(Math.max(0, PROBE_EVERY_MS - (now - began)))
  }
  return longest
}

/** One of three nodes is killed. */
async function recovery(bench: Bench): Promise<readonly Compared[]> {
  const count = bench.effort.manyInstances
  console.log(
    `\nnodes, recovery: one of 3 nodes with ${count} linked simulated instances is killed (SIGKILL); default lease`,
  )
  const cluster = await BenchNodes.start(bench, 'recovery', MOST_NODES, { JADEGATE_MOVES_PER_SECOND: '1000' })
  await linked(cluster, count)
  await cluster.even()
  await authorized(cluster.nodes, count)
  const [first, second, dying] = cluster.nodes
  if (first === undefined || second === undefined || dying === undefined) throw new Error('no nodes')
  const had = (await cluster.idsOn(dying)).size
  const survivors = [first, second]
  const others = await total(survivors, 'jadegate_instances{messenger="whatsapp",state="authorized"')
  const cpuBefore = [secondsOf(survivors), cluster.databaseSeconds()] as const
  const began = performance.now()
  dying.kill()
  const since = () => (performance.now() - began) / 1000
  let [ownedS, firstS] = [Number.NaN, Number.NaN]
  for (;;) {
    const [living, back] = await Promise.all([
      total(survivors, 'jadegate_cluster_leases_living '),
      total(survivors, 'jadegate_instances{messenger="whatsapp",state="authorized"'),
    ])
    if (Number.isNaN(firstS) && back > others) firstS = since()
    // The lease of the jobs is one of them.
    if (Number.isNaN(ownedS) && living > count) ownedS = since()
    if (back >= count && !Number.isNaN(ownedS)) break
    if (since() > RECOVERY_WAIT_S) throw new Error(`only ${back} of ${count} came back`)
    await sleep(LOOK_MS)
  }
  const allS = since()
  const rate = had / (allS - firstS)
  const [nodesS, databaseS] = [secondsOf(survivors) - cpuBefore[0], cluster.databaseSeconds() - cpuBefore[1]]
  console.log(
    `  ${had} leases were free; each had an owner and lived after ${ownedS.toFixed(1)} s, all were authorized again after ${allS.toFixed(1)} s, ` +
      `the first of them after ${firstS.toFixed(1)} s: about ${rate.toFixed(0)} logins a second`,
  )
  console.log(`  processor time meanwhile: the two nodes ${nodesS.toFixed(1)} s, PostgreSQL ${databaseS.toFixed(1)} s`)
  return [
    {
      name: 'an owner for all after a death',
      target: `≤ ${OWNED_S} s`,
      measured: `${ownedS.toFixed(1)} s`,
      reached: ownedS <= OWNED_S,
    },
    {
      name: 'all authorized after a death',
      target: '',
      measured: `${allS.toFixed(1)} s, ${rate.toFixed(0)} logins a second`,
      reached: true,
    },
  ]
}

async function total(all: readonly BenchNode[], begin: string): Promise<number> {
  return (await Promise.all(all.map((node) => node.figure(begin)))).reduce((sum, one) => sum + one, 0)
}

async function authorized(all: readonly BenchNode[], count: number): Promise<void> {
  while ((await total(all, 'jadegate_instances{messenger="whatsapp",state="authorized"')) < count) await sleep(LOOK_MS)
}

/** Made and linked over the public API, each at another node. */
async function linked({ nodes: all, network }: BenchNodes, count: number): Promise<readonly Access[]> {
  const began = performance.now()
  const body = { name: 'bench', delaySendMessagesMilliseconds: 1 }
  const made = await Promise.all(all.map(({ api }) => api.createInstances(Math.ceil(count / all.length), body)))
  const instances = made.flat().slice(0, count)
  await inParallel(instances.length, async (number) => {
    const [one, node] = [instances[number], all[number % all.length]]
    if (one === undefined || node === undefined) return
    // While shares are made even, a call may be refused for now, and an attempt to link cut off.
    await again(async () => {
      const code = await node.api.code(one, phoneOf(number))
      await network.post('/simulator/link', { code, phoneNumber: String(phoneOf(number)) })
    })
  })
  await authorized(all, instances.length)
  console.log(`  ${instances.length} made and linked in ${((performance.now() - began) / 1000).toFixed(0)} s`)
  return instances
}

async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt === ATTEMPTS) throw error
      await sleep(LOOK_MS * attempt)
    }
  }
}
