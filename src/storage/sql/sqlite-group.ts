import type { Seal } from '../../lib/seal.ts'
import { OPERATIONS, type Operation, type Outcome } from './batch-code.ts'
import type { SqliteDatabase, SqliteStatement } from './sqlite-database.ts'
import { sealParams, type Param, type Row, type Sealed } from './statement.ts'

/** What the main thread sends: coded batches one after the other (their count first), or one statement whose rows it wants. */
export type Job = readonly Param[] | { readonly sql: string; readonly params: readonly Param[] }

export type JobOutcome = Outcome | { readonly kind: 'rows'; readonly rows: readonly Row[]; readonly changed: number }

/** An operation, prepared. */
interface Prepared {
  /** It only looks, so there is nothing to undo. */
  readonly reads: boolean
  /** Of a guard that lasts, where it held: its first parameter to its second. */
  readonly held: Map<Param | undefined, Param | undefined> | null
  readonly paramCount: number
  readonly sealed: Sealed | undefined
  /** False when the guard that it is refuses. */
  run(params: readonly Param[]): boolean
  why(params: readonly Param[]): Row | null
}

/** So many guards that held are remembered. */
const HELD = 16_384

/** Runs groups of jobs, each group in one transaction, each batch of it whole or not at all. */
export class SqliteGroup {
  readonly #database: SqliteDatabase
  readonly #seal: Seal
  readonly #begin: SqliteStatement
  readonly #commit: SqliteStatement
  readonly #save: SqliteStatement
  readonly #release: SqliteStatement
  readonly #undo: SqliteStatement
  readonly #operations: readonly Prepared[]
  readonly #queries = new Map<string, SqliteStatement>()
  /** A number that another one takes the place of when somebody else has written. */
  readonly #version: SqliteStatement
  #lastVersion: unknown
  #withSavepoints = false

  constructor(database: SqliteDatabase, seal: Seal) {
    this.#database = database
    this.#seal = seal
    this.#begin = database.prepare('begin immediate')
    this.#commit = database.prepare('commit')
    this.#save = database.prepare('savepoint batch')
    this.#release = database.prepare('release batch')
    this.#undo = database.prepare('rollback to batch')
    this.#version = database.prepare('pragma data_version')
    this.#operations = OPERATIONS.map((operation) => prepare(database, operation))
  }

  /**
   * One outcome for each batch and query, in their order. When the transaction as a whole fails, all have failed, also those that
   * were refused: what a guard had read may be gone with it.
   *
   * A savepoint for each batch makes SQLite keep a copy of every page that the batch touches, a third of the work, so that one
   * batch can be undone alone. Almost never is there one to undo: the group runs without savepoints first, and where a batch turns
   * out to need one, all of it is rolled back and run again with them, to the same outcomes.
   */
  run(jobs: readonly Job[]): readonly JobOutcome[] {
    try {
      return this.#transaction(jobs, false)
    } catch (error) {
      this.#rollBack()
      if (!(error instanceof NeedsSavepoints)) return allFailed(jobs, error)
    }
    try {
      return this.#transaction(jobs, true)
    } catch (error) {
      this.#rollBack()
      return allFailed(jobs, error)
    }
  }

  #transaction(jobs: readonly Job[], withSavepoints: boolean): readonly JobOutcome[] {
    const outcomes: JobOutcome[] = []
    this.#withSavepoints = withSavepoints
    this.#begin.run([])
    this.#forgetIfOthersWrote()
    for (const job of jobs) {
      if ('sql' in job) outcomes.push(this.#query(job.sql, job.params))
      else this.#batches(job, outcomes)
    }
    this.#commit.run([])
    return outcomes
  }

  #forgetIfOthersWrote(): void {
    const version = this.#version.get([])?.['data_version']
    if (version !== this.#lastVersion) this.#forget()
    this.#lastVersion = version
  }

  /** Guards that held are asked again. */
  #forget(): void {
    for (const { held } of this.#operations) held?.clear()
  }

  #rollBack(): void {
    this.#forget()
    if (this.#database.inTransaction) this.#database.exec('rollback')
  }

  #batches(coded: readonly Param[], outcomes: JobOutcome[]): void {
    let at = 1
    while (at < coded.length) {
      const end = at + (coded[at] as number)
      outcomes.push(this.#batch(coded, at + 1, end))
      at = end
    }
  }

  /** With savepoints: one is taken only where there is something to undo later, before a change that isn't the last operation. */
  #batch(coded: readonly Param[], start: number, end: number): Outcome {
    let saved = false
    let changed = false
    try {
      let at = start
      for (let number = 0; at < end; number++) {
        const operation = this.#operationAt(coded[at])
        const next = at + 1 + operation.paramCount
        if (operation.held !== null && operation.held.get(coded[at + 1]) === coded[at + 2]) {
          at = next
          continue
        }
        const params = coded.slice(at + 1, next)
        at = next
        sealParams(params, operation.sealed, this.#seal)
        if (this.#withSavepoints && !saved && at < end && !operation.reads) {
          this.#save.run([])
          saved = true
        }
        if (operation.run(params)) {
          changed ||= !operation.reads
          continue
        }
        const why = operation.why(params)
        this.#undoBatch(saved, changed)
        return { kind: 'refused', guard: number, why }
      }
      if (saved) this.#release.run([])
      return null
    } catch (error) {
      return this.#failed(error, saved)
    }
  }

  #undoBatch(saved: boolean, changed: boolean): void {
    if (saved) this.#revert()
    else if (changed) throw new NeedsSavepoints()
  }

  #query(sql: string, params: readonly Param[]): JobOutcome {
    this.#forget()
    try {
      let statement = this.#queries.get(sql)
      if (statement === undefined) this.#queries.set(sql, (statement = this.#database.prepare(sql)))
      if (!statement.givesRows) return { kind: 'rows', rows: [], changed: statement.run(params) }
      const rows = statement.all(params)
      return { kind: 'rows', rows, changed: rows.length }
    } catch (error) {
      return this.#failed(error, false)
    }
  }

  /** Some errors (a full disk, say) end the whole transaction; then there is nothing left to undo and the whole group has failed. */
  #failed(error: unknown, saved: boolean): Outcome {
    if (!this.#database.inTransaction) throw error
    if (!this.#withSavepoints) throw new NeedsSavepoints()
    if (saved) this.#revert()
    return { kind: 'failed', error: textOf(error) }
  }

  #revert(): void {
    this.#forget()
    this.#undo.run([])
    this.#release.run([])
  }

  #operationAt(index: Param | undefined): Prepared {
    const operation = this.#operations[index as number]
    if (operation === undefined) throw new RangeError('Not a coded batch')
    return operation
  }
}

/** One batch of the group must be undone, and the group took no savepoints. */
class NeedsSavepoints extends Error {}

function allFailed(jobs: readonly Job[], error: unknown): readonly JobOutcome[] {
  const failed = { kind: 'failed', error: textOf(error) } as const
  return jobs.flatMap((job) => Array.from({ length: countOf(job) }, () => failed))
}

function prepare(database: SqliteDatabase, { sql, paramCount, sealed, lock, guard }: Operation): Prepared {
  // Whoever else would write waits for the transaction anyway.
  if (guard === null && lock !== undefined) return lockNothing(paramCount)
  const statement = database.prepare(sql)
  const why = typeof guard?.why === 'string' ? database.prepare(guard.why) : null
  const held: Prepared['held'] = guard?.lasts === true ? new Map() : null
  return {
    reads: guard?.reads === true,
    held,
    paramCount,
    sealed,
    run(params) {
      if (guard?.reads === true) return finds(statement, params, held)
      return statement.run(params) > 0 || guard === null
    },
    why: (params) => why?.get(params.slice(0, guard?.whyParamCount)) ?? null,
  }
}

function lockNothing(paramCount: number): Prepared {
  return { reads: true, held: null, paramCount, sealed: undefined, run: () => true, why: () => null }
}

function finds(statement: SqliteStatement, params: readonly Param[], held: Prepared['held']): boolean {
  if (!statement.finds(params)) return false
  if (held === null) return true
  if (held.size >= HELD) held.clear()
  held.set(params[0], params[1])
  return true
}

export function countOf(job: Job): number {
  return 'sql' in job ? 1 : (job[0] as number)
}

/** SQLite's texts name tables and columns, never values. */
function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
