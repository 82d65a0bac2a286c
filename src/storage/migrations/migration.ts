import type { Compilable } from 'kysely'
import type { Dialect } from '../dialect.ts'

/** One step of the schema. Never edited once released: a change is a new step. There is no way back. */
export interface Migration {
  readonly version: number
  /** What it does, for the log. */
  readonly name: string
  /**
   * The lowest version of the code's own schema that still works on the schema after this step. Steps that only add keep it, so
   * that old nodes work on while new ones start.
   */
  readonly oldestCode: number
  /** Statements in order; they run in one transaction with all other steps that are missing. */
  statements(dialect: Dialect): readonly Compilable[]
}
