import type { Many, Param } from '../statement.ts'
import type { BatchStep } from './batch-steps.ts'

/** What must be known of a batch to say with which others it may share a transaction. */
export interface GroupShape {
  /** It changes nothing that is there: see `Many.adds`. */
  readonly adds: boolean
  /** Characters that it sends. */
  readonly size: number
  /** Of the rows that it names, those that batches about other instances may name too. */
  readonly common: readonly string[]
}

/** Their rows are known by other things than an instance. All other tables' rows are one instance's, which is a lane of each batch that names them. */
const COMMON: ReadonlySet<string> = new Set(['answer', 'event'])

/**
 * Undefined where a batch has a statement that can't stand for many, where it says of one row first what a group does last, or adds to a
 * table in two ways: a group does each kind of statement for all batches at once.
 */
export function shapeOf(steps: readonly BatchStep[]): GroupShape | undefined {
  let adds = true
  let size = 0
  let common = NONE
  const tables: string[] = []
  let isRepeated = false
  for (const { operation, params } of steps) {
    const { many } = operation
    if (many === undefined) return undefined
    adds &&= many.adds
    for (const param of params) size += typeof param === 'string' ? param.length : NUMBER_SIZE
    if (many.row === undefined) continue
    const [table] = many.row
    isRepeated ||= tables.includes(table)
    tables.push(table)
    if (COMMON.has(table)) common = [...common, rowOf(many.row, params)]
  }
  // Hardly any batch names two rows of one table, and the names of rows take time.
  return isRepeated && (turnsAround(steps) || addWays(steps, NO_WAYS) === false) ? undefined : { adds, size, common }
}

const NONE: readonly string[] = []
const NUMBER_SIZE = 8

/** The rows that it adds, changes or looks for; no two batches of a group name the same. */
export function rowsIn(steps: readonly BatchStep[]): readonly string[] {
  return steps.flatMap(({ operation: { many }, params }) => (many?.row === undefined ? [] : rowOf(many.row, params)))
}

/**
 * By which statement each table is added to. False where that is more than one, with those of `others`: then a group would not keep the order in
 * which it was called for.
 */
export function addWays(steps: readonly BatchStep[], others: ReadonlyMap<string, number>): Map<string, number> | false {
  const ways = new Map(others)
  for (const { operation } of steps) {
    const { many, guard, index } = operation
    if (guard !== null || many?.row === undefined || !many.adds) continue
    const [table] = many.row
    if ((ways.get(table) ?? index) !== index) return false
    ways.set(table, index)
  }
  return ways
}

export const NO_WAYS: ReadonlyMap<string, number> = new Map()

/** It says of one row first what a group does last. */
function turnsAround(steps: readonly BatchStep[]): boolean {
  const last = new Map<string, number>()
  for (const { operation, params } of steps) {
    const { many, index } = operation
    if (many?.row === undefined) continue
    const row = rowOf(many.row, params)
    if ((last.get(row) ?? -1) >= index) return true
    last.set(row, index)
  }
  return false
}

function rowOf([table, ...places]: NonNullable<Many['row']>, params: readonly Param[]): string {
  let name = table
  // Texts may hold anything but this.
  for (const place of places) name += `\0${String(params[place])}`
  return name
}
