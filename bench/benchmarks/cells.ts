import type { Benchmark } from '../harness/bench.ts'
import type { Compared } from '../harness/rounds.ts'
import { SimulatedCell } from '../simulation/cell.ts'

const INSTANCES = 100_000
/** Nodes of each cell. */
const CELLS = [3, 4, 5, 6, 8, 10, 12, 16, 21, 30] as const
const OWNED_WITHIN_S = 10
const MOST_ABOVE = 0.06
const MOST_MOVES = 1.1
const SETTLED_WITHIN_S = 4 * 3600

interface Happening {
  readonly name: string
  /** Says how many instances are out of place then: those must move at least. */
  readonly happen: (cell: SimulatedCell) => number
}

const HAPPENINGS: readonly Happening[] = [
  { name: 'all start at one time', happen: (cell) => cell.instances },
  { name: 'one is killed', happen: (cell) => cell.kill(1) },
  { name: 'a third is killed', happen: (cell) => cell.kill(Math.max(1, Math.floor(cell.size / 3))) },
  { name: 'one joins', happen: (cell) => cell.join(1) },
  { name: 'as many join as were killed', happen: (cell) => cell.join(Math.max(1, Math.floor(cell.size / 3))) },
  { name: 'one leaves', happen: (cell) => cell.leave() },
]

/**
 * Ten cells of 100,000 instances, by the arithmetic that the nodes go by (src/cluster/placement.ts), in a time of their own: no server runs, and nothing is
 * measured but what that arithmetic does.
 */
export const cells: Benchmark = (bench) => {
  const count = bench.effort.manyInstances >= 10_000 ? CELLS.length : 3
  console.log(`\ncells: ${count} cells of ${INSTANCES.toLocaleString('en')} instances, in simulated time`)
  console.log(
    '  the arithmetic of src/cluster/placement.ts; beats, leases and rounds of moves as by the default settings',
  )
  const worst = { ownedS: 0, above: 0, below: 0, moves: 0, settledS: 0 }
  for (const [number, nodes] of CELLS.slice(0, count).entries()) {
    const cell = new SimulatedCell(INSTANCES, nodes, number + 1)
    console.log(`  cell ${number + 1}, ${nodes} nodes`)
    for (const { name, happen } of HAPPENINGS) {
      const least = happen(cell)
      const { ownedS, settledS, moved } = cell.settle(SETTLED_WITHIN_S)
      const { above, below } = cell.spread
      worst.ownedS = Math.max(worst.ownedS, ownedS)
      worst.settledS = Math.max(worst.settledS, settledS)
      worst.above = Math.max(worst.above, above)
      worst.below = Math.max(worst.below, below)
      worst.moves = Math.max(worst.moves, moved / least)
      const shares = `shares ${percent(-below)} to ${percent(above)}`
      const owned = `all have an owner after ${ownedS.toFixed(1)} s`
      console.log(
        `    ${name}: ${owned}, even after ${settledS.toFixed(0)} s, ${moved} moved (${least} at least), ${shares}`,
      )
    }
  }
  return Promise.resolve(rows(worst))
}

function rows(worst: Readonly<Record<'ownedS' | 'above' | 'below' | 'moves', number>>): readonly Compared[] {
  const { ownedS, above, below, moves } = worst
  return [
    row('cells: until all have an owner', `≤ ${OWNED_WITHIN_S} s`, `${ownedS.toFixed(1)} s`, ownedS <= OWNED_WITHIN_S),
    row('cells: largest share', `≤ ${percent(MOST_ABOVE)}`, percent(above), above <= MOST_ABOVE),
    row('cells: smallest share', `≥ ${percent(-MOST_ABOVE)}`, percent(-below), below <= MOST_ABOVE),
    row('cells: moves against the least', `≤ ${MOST_MOVES.toFixed(2)}`, moves.toFixed(2), moves <= MOST_MOVES),
  ]
}

function percent(part: number): string {
  return `${part < 0 ? '−' : '+'}${Math.abs(part * 100).toFixed(1)} %`
}

function row(name: string, target: string, measured: string, reached: boolean): Compared {
  return { name, target, measured, reached }
}
