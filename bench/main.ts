import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { cells } from './benchmarks/cells.ts'
import { consolePages } from './benchmarks/console.ts'
import { createInstance } from './benchmarks/create-instance.ts'
import { getInstances } from './benchmarks/get-instances.ts'
import { journals } from './benchmarks/journals.ts'
import { manyInstances } from './benchmarks/many-instances.ts'
import { max } from './benchmarks/max.ts'
import { media } from './benchmarks/media.ts'
import { midnight } from './benchmarks/midnight.ts'
import { nodes } from './benchmarks/nodes.ts'
import { polling } from './benchmarks/polling.ts'
import { sendMessage } from './benchmarks/send-message.ts'
import { webhook } from './benchmarks/webhook.ts'
import { whatsapp } from './benchmarks/whatsapp.ts'
import { Bench, DATABASES, FULL, QUICK, type Benchmark } from './harness/bench.ts'
import type { Compared } from './harness/rounds.ts'

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  'send-message': sendMessage,
  webhook,
  polling,
  'create-instance': createInstance,
  'get-instances': getInstances,
  'many-instances': manyInstances,
  journals,
  media,
  midnight,
  whatsapp,
  max,
  nodes,
  cells,
  console: consolePages,
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    part: { type: 'string' },
    database: { type: 'string', default: 'sqlite' },
  },
})
const unknown = positionals.filter((name) => !(name in BENCHMARKS))
if (unknown.length > 0) {
  console.error(`No such benchmark: ${unknown.join(', ')}. There are: ${Object.keys(BENCHMARKS).join(', ')}.`)
  process.exit(2)
}
const database = DATABASES.find((one) => one === values.database)
if (database === undefined) {
  console.error(`No such database: ${values.database}. There are: ${DATABASES.join(', ')}.`)
  process.exit(2)
}
const effort = {
  ...(values.quick ? QUICK : FULL),
  ...(values.rounds && { rounds: Number(values.rounds) }),
  ...(values.part && { part: values.part }),
}
const names = positionals.length > 0 ? positionals : Object.keys(BENCHMARKS)

console.log(
  `Node ${process.version}, ${availableParallelism()} processors (${cpus()[0]?.model ?? 'unknown'}), ${process.platform}`,
)
const results: Compared[] = []
for (const name of names) {
  const bench = new Bench(effort, database)
  try {
    results.push(...((await BENCHMARKS[name]?.(bench)) ?? []))
  } catch (error) {
    console.error(`  ${name} broke off: ${error instanceof Error ? error.message : String(error)}`)
    results.push({ name, target: '', measured: 'broke off', reached: false })
  } finally {
    await bench.close()
  }
}
console.log('\nSummary')
for (const { name, target, measured, reached } of results)
  console.log(`  ${reached ? 'ok    ' : 'MISSED'} ${name}: ${measured}${target && ` (target ${target})`}`)
process.exitCode = results.every((one) => one.reached) ? 0 : 1
