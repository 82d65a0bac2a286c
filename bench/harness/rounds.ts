import type { JobResult } from '../load/job.ts'
import { median } from './statistics.ts'
import { cpuSeconds } from './usage.ts'

/** What is compared, and under which conditions. */
export interface Comparison {
  readonly name: string
  readonly unit: string
  readonly denominator: string
  /** Connections, instances, settings, storage: one line each. */
  readonly conditions: readonly string[]
  /** Least share of the denominator that is asked of the product. */
  readonly target: number
  readonly product: Side
  readonly bare: Side
}

export interface Side {
  /** The process that serves; its processor time is shown. */
  readonly pid: number
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
  /** Of what was put off, for one operation; null for a side that puts nothing off. */
  readonly laterUs: number | null
}

/** Both sides in turn, so that whatever else the machine does meets both; the ratio is the median of the rounds' ratios. */
export async function compare(comparison: Comparison, rounds: number): Promise<Compared> {
  const { name, unit, denominator, conditions, target } = comparison
  console.log(`\n${name}\n  denominator: ${denominator}`)
  for (const condition of conditions) console.log(`  ${condition}`)
  const measured: { readonly bare: Measured; readonly product: Measured; readonly ratio: number }[] = []
  for (let round = 1; round <= rounds; round++) {
    const bare = await measure(comparison.bare)
    const product = await measure(comparison.product)
    const ratio = product.perSecond / bare.perSecond
    measured.push({ bare, product, ratio })
    console.log(`  round ${round}: bare ${shown(bare)}, product ${shown(product)}, ratio ${ratio.toFixed(2)}`)
  }
  const ratios = measured.map((one) => one.ratio)
  const ratio = median(ratios)
  const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`
  const side = (which: 'bare' | 'product') => {
    const all = measured.map((one) => one[which])
    const cpuUs = median(all.map((one) => one.cpuUs))
    return `${which} ${whole(median(all.map((one) => one.perSecond)))} ${unit}/s (${cpuUs.toFixed(0)} µs CPU each)`
  }
  console.log(`  medians: ${side('bare')}, ${side('product')}`)
  const verdict = ratio >= target ? 'reached' : 'MISSED'
  console.log(`  ratio ${ratio.toFixed(2)} (${spread}), target ${target.toFixed(2)}: ${verdict}`)
  return { name, target: `≥ ${target.toFixed(2)}`, measured: ratio.toFixed(2), reached: ratio >= target }
}

async function measure({ pid, prepare, run, settle }: Side): Promise<Measured> {
  await prepare?.()
  const before = cpuSeconds(pid)
  const result = await run()
  const after = cpuSeconds(pid)
  await settle?.()
  const each = (seconds: number) => (seconds / result.doneInAll) * 1e6
  return {
    result,
    perSecond: (result.done / result.tookMs) * 1000,
    cpuUs: each(after - before),
    laterUs: settle === undefined ? null : each(cpuSeconds(pid) - after),
  }
}

function shown({ result, perSecond, cpuUs, laterUs }: Measured): string {
  const later = laterUs === null ? '' : `, ${laterUs.toFixed(0)} µs later`
  const times = `p50 ${result.p50Ms.toFixed(1)} ms, p99 ${result.p99Ms.toFixed(1)} ms`
  return `${whole(perSecond)}/s (${times}, ${cpuUs.toFixed(0)} µs CPU${later})`
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en')
}
