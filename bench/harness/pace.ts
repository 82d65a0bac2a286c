import { median } from './statistics.ts'
import type { Gateway } from './gateway.ts'
import type { Compared } from './rounds.ts'
import { cpuSeconds, mainThreadSeconds } from './usage.ts'

export type Direction = 'sending' | 'receiving'
export const DIRECTIONS: readonly Direction[] = ['sending', 'receiving']

/** How fast it went, and what one message cost each process of the machine, in microseconds of processor time. */
export interface Pace {
  readonly perSecond: number
  readonly cpuUs: Readonly<Record<string, number>>
}

/** One way of doing it: the product, or what is held against it. */
export interface Way {
  readonly pids: Readonly<Record<'server' | 'network' | 'load', number>>
  readonly sending: () => Promise<unknown>
  readonly receiving: () => Promise<unknown>
}

/** One round: the product beside its denominator, where there is one. */
export interface Measured {
  readonly product: Pace
  readonly bare?: Pace
}

export async function paced({ pids, ...way }: Way, direction: Direction, count: number): Promise<Pace> {
  const [before, start] = [usedBy(pids), performance.now()]
  await way[direction]()
  const seconds = (performance.now() - start) / 1000
  const cpuUs = [...usedBy(pids)].map(([name, now]) => [name, ((now - (before.get(name) ?? 0)) / count) * 1e6] as const)
  return { perSecond: count / seconds, cpuUs: Object.fromEntries(cpuUs) }
}

function usedBy({ server, ...others }: Way['pids']): ReadonlyMap<string, number> {
  return new Map([
    ['server', cpuSeconds(server)],
    ['its main thread', mainThreadSeconds(server)],
    ...Object.entries(others).map(([name, pid]) => [name, cpuSeconds(pid)] as const),
  ])
}

/** `other`: what the denominator is called. */
export function shown({ product, bare }: Measured, other: string): string {
  const one = ({ perSecond, cpuUs }: Pace) => {
    const each = Object.entries(cpuUs).map(([name, us]) => `${name} ${us.toFixed(0)}`)
    return `${perSecond.toFixed(0)}/s (µs of CPU each: ${each.join(', ')})`
  }
  return `${one(product)}${bare === undefined ? '' : `, ${other} ${one(bare)}`}`
}

/** Nothing for what was not measured. */
export function judged(
  what: string,
  target: number,
  measured: readonly Measured[],
  other: string,
): readonly Compared[] {
  if (measured.length === 0) return []
  const rate = median(measured.map(({ product }) => product.perSecond))
  const ratios = measured.flatMap(({ product, bare }) => (bare ? [product.perSecond / bare.perSecond] : []))
  const ratio = ratios.length === 0 ? '' : ` (${median(ratios).toFixed(2)} of ${other})`
  return [
    {
      name: what,
      target: `≥ ${target}`,
      measured: `${rate.toFixed(0)}${ratio}`,
      reached: rate >= target,
    },
  ]
}

/** In all mailboxes. */
export const notifications = (gateway: Gateway) => metric(gateway, 'jadegate_notifications_queued')

/** The sum over its labels. */
export async function metric({ port }: Gateway, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  return [...text.matchAll(new RegExp(`^${name}\\{[^}]*\\} (\\d+)$`, 'gm'))].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
  )
}
