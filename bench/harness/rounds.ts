import type { JobResult } from '../load/job.ts'
import { median } from './statistics.ts'
import { cpuSeconds } from './usage.ts'

/** What is compared, and under which conditions. */
export interface Comparison {
  readonly name: string
  readonly unit: string
  /** Connections, instances, settings, storage: one line each. */
  readonly conditions: readonly string[]
  readonly product: Side
  readonly limits: readonly Limit[]
}

/** What the product is held against. */
export interface Limit {
  readonly text: string
  readonly bare: Side
  /** Least share of it that is asked of the product; null: it is only shown. */
  readonly target: number | null
}

export interface Side {
  /** The process that serves; its processor time is shown. */
  readonly pid: number
  /** Processor seconds that its database has used so far, where that has processes of its own. */
  readonly databaseSeconds?: (() => number) | undefined
  /** Runs before each round without being measured. */
  readonly prepare?: () => Promise<unknown>
  readonly run: () => Promise<JobResult>
  /** Brings work to its end that the side has put off; its processor time is shown by itself. */
  readonly settle?: () => Promise<unknown>
}

export interface Compared {
  readonly name: string
  readonly target: string
  readonly measured: string
  readonly reached: boolean
}

interface Measured {
  readonly result: JobResult
  readonly perSecond: number
  /** Processor time of all the process's threads for one operation, warm-up included, in microseconds. */
  readonly cpuUs: number
  /** As that, of its database; null where that is in the process. */
  readonly databaseUs: number | null
  /** Of what was put off, for one operation; null for a side that puts nothing off. */
  readonly laterUs: number | null
}

/** All sides in turn, so that whatever else the machine does meets all; a ratio is the median of the rounds' ratios. */
export async function compare(comparison: Comparison, rounds: number): Promise<readonly Compared[]> {
  const { name, unit, conditions, product, limits } = comparison
  console.log(`\n${name}`)
  for (const { text } of limits) console.log(`  denominator: ${text}`)
  for (const condition of conditions) console.log(`  ${condition}`)
  const sides = [...limits.map(({ bare }) => bare), product]
  const measured = sides.map((): Measured[] => [])
  for (let round = 1; round <= rounds; round++) {
    for (const [at, side] of sides.entries()) measured[at]?.push(await measure(side))
    const all = measured.map((of) => of.at(-1)).filter((one) => one !== undefined)
    const ratios = ratiosOf(measured).map((of) => of.at(-1)?.toFixed(2))
    const shownAll = all.map((one, at) => `${at < limits.length ? 'bare' : 'product'} ${shown(one)}`)
    console.log(`  round ${round}: ${shownAll.join(', ')}, ratio ${ratios.join(' and ')}`)
  }
  const medians = measured.map((of, at) => `${at < limits.length ? 'bare' : 'product'} ${mediansOf(of, unit)}`)
  console.log(`  medians: ${medians.join(', ')}`)
  return ratiosOf(measured).flatMap((ratios, at) => judge(name, ratios, limits[at]?.target ?? null) ?? [])
}

/** For each limit, of each round. */
function ratiosOf(measured: readonly (readonly Measured[])[]): readonly (readonly number[])[] {
  const product = measured.at(-1) ?? []
  return measured
    .slice(0, -1)
    .map((bare) => bare.map((one, round) => (product[round]?.perSecond ?? Number.NaN) / one.perSecond))
}

function judge(name: string, ratios: readonly number[], target: number | null): Compared | undefined {
  const ratio = median(ratios)
  const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`
  if (target === null) {
    console.log(`  ratio ${ratio.toFixed(2)} (${spread}), for comparison only`)
    return undefined
  }
  const reached = ratio >= target
  console.log(`  ratio ${ratio.toFixed(2)} (${spread}), target ${target.toFixed(2)}: ${reached ? 'reached' : 'MISSED'}`)
  return { name, target: `≥ ${target.toFixed(2)}`, measured: ratio.toFixed(2), reached }
}

function mediansOf(all: readonly Measured[], unit: string): string {
  const cpuUs = median(all.map((one) => one.cpuUs)).toFixed(0)
  const databaseUs = all.flatMap((one) => one.databaseUs ?? [])
  const database = databaseUs.length === 0 ? '' : ` and ${median(databaseUs).toFixed(0)} µs of the database`
  return `${whole(median(all.map((one) => one.perSecond)))} ${unit}/s (${cpuUs} µs CPU each${database})`
}

async function measure({ pid, databaseSeconds, prepare, run, settle }: Side): Promise<Measured> {
  await prepare?.()
  const before = cpuSeconds(pid)
  const databaseBefore = databaseSeconds?.() ?? null
  const result = await run()
  const after = cpuSeconds(pid)
  const databaseAfter = databaseSeconds?.() ?? 0
  await settle?.()
  const each = (seconds: number) => (seconds / result.doneInAll) * 1e6
  return {
    result,
    perSecond: (result.done / result.tookMs) * 1000,
    cpuUs: each(after - before),
    databaseUs: databaseBefore === null ? null : each(databaseAfter - databaseBefore),
    laterUs: settle === undefined ? null : each(cpuSeconds(pid) - after),
  }
}

function shown({ result, perSecond, cpuUs, databaseUs, laterUs }: Measured): string {
  const database = databaseUs === null ? '' : `, ${databaseUs.toFixed(0)} µs of the database`
  const later = laterUs === null ? '' : `, ${laterUs.toFixed(0)} µs later`
  const times = `p50 ${result.p50Ms.toFixed(1)} ms, p99 ${result.p99Ms.toFixed(1)} ms`
  return `${whole(perSecond)}/s (${times}, ${cpuUs.toFixed(0)} µs CPU${database}${later})`
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en')
}
