import type { Seal } from '../../lib/seal.ts'
import type { Batch, Guard, Write } from '../store.ts'
import { GUARDS } from './guards.ts'
import {
  countParams,
  type GuardStatement,
  type Lock,
  type Many,
  type Param,
  type Row,
  type Sealed,
  type Statement,
} from './statement.ts'
import { WRITES } from './writes.ts'

/**
 * A batch in the form that goes to whoever runs it: one flat array `[length, operation, ...parameters, operation, …]`, where an
 * operation is an index into `OPERATIONS`, and the first ones are the guards. Flat, because copying one array of strings and
 * numbers to another thread costs a half of copying nested ones, and a third of JSON. What a statement has `sealed` is still in clear.
 */
export interface Operation {
  readonly sql: string
  readonly paramCount: number
  readonly sealed: Sealed | undefined
  /** See `Statement.lock`; of a guard that reads, always there. */
  readonly lock: Lock | undefined
  readonly many: Many | undefined
  /** Its own place in `OPERATIONS`. */
  readonly index: number
  /** null for a write. */
  readonly guard: {
    readonly reads: boolean
    readonly lasts: boolean
    readonly why: string | null
    readonly whyParamCount: number
    /** See `GuardStatement.before`. */
    readonly before: { readonly sql: string; readonly paramCount: number } | null
  } | null
}

/** How a batch ended: null when all of it was done. */
export type Outcome =
  | null
  | { readonly kind: 'refused'; readonly guard: number; readonly why: Row | null }
  | { readonly kind: 'failed'; readonly error: string }

interface Indexed<T> {
  readonly index: number
  readonly statement: Statement<T>
}

const operations: Operation[] = []

function index<T>(statement: Statement<T>, guard: Operation['guard']): Indexed<T> {
  const { sql, sealed } = statement
  const lock = statement.lock ?? (guard?.reads === true ? 'share' : undefined)
  const { many } = statement
  const at = operations.length
  operations.push({ sql, paramCount: countParams(sql), sealed, lock, many, guard, index: at })
  return { index: at, statement }
}

function indexGuard<T>(statement: GuardStatement<T>): Indexed<T> {
  const why = statement.why ?? null
  const { reads, lasts = false } = statement
  const before =
    statement.before === undefined ? null : { sql: statement.before, paramCount: countParams(statement.before) }
  return index(statement, { reads, lasts, why, whyParamCount: why === null ? 0 : countParams(why), before })
}

// The parameters of a statement's methods are compared both ways, so a statement for one kind may stand for one of any kind.
// `encode` picks it by the kind of what it passes.
const guards = new Map<Guard['kind'], Indexed<Guard>>()
for (const guard of Object.entries(GUARDS) as [Guard['kind'], GuardStatement<Guard>][]) {
  guards.set(guard[0], indexGuard(guard[1]))
}
const writes = new Map<Write['kind'], readonly Indexed<Write>[]>()
for (const [kind, statements] of Object.entries(WRITES) as [Write['kind'], readonly Statement<Write>[]][]) {
  writes.set(
    kind,
    statements.map((statement) => index(statement, null)),
  )
}

/** Every statement that a batch can hold; the same on both sides of the thread, as both build it from the same tables. */
export const OPERATIONS: readonly Operation[] = operations

/** Appends a batch. When it throws, what it appended must be cut off again. */
export function encodeBatch(out: Param[], batch: Batch, seal: Seal): void {
  const at = out.push(0) - 1
  for (const guard of batch.guards) {
    const coded = guards.get(guard.kind)
    if (coded === undefined) throw new TypeError(`Unknown guard ${guard.kind}`)
    out.push(coded.index)
    coded.statement.put(out, guard, seal)
  }
  for (const write of batch.writes) {
    const coded = writes.get(write.kind)
    if (coded === undefined) throw new TypeError(`Unknown write ${write.kind}`)
    for (const { index, statement } of coded) {
      if (statement.when !== undefined && !statement.when(write)) continue
      out.push(index)
      statement.put(out, write, seal)
    }
  }
  out[at] = out.length - at
}

/** The operation at an index of a coded batch. */
export function operationAt(coded: readonly Param[], at: number): Operation {
  const operation = OPERATIONS[coded[at] as number]
  if (operation === undefined) throw new RangeError('Not a coded batch')
  return operation
}
