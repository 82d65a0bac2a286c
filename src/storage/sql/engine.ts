import type { Dialect } from '../dialect.ts'
import type { Batch, Committed } from '../store.ts'
import type { Lookup, Param, Row } from './statement.ts'

/** What a database must do for the store to stand on it. Statements are written with `?`. */
export interface Engine {
  readonly dialect: Dialect
  /** See `Store.commit`. */
  commit(batch: Batch): Promise<Committed>
  /** Sees everything whose commit has resolved. */
  read(sql: string, params: readonly Param[]): Promise<readonly Row[]>
  /** As `read`; those that come together may be asked together. */
  lookup(lookup: Lookup, params: readonly Param[]): Promise<Row | undefined>
  /** One changing statement in a transaction of its own, durable when it resolves; `changed` counts rows. */
  write(sql: string, params: readonly Param[]): Promise<{ readonly rows: readonly Row[]; readonly changed: number }>
  /** See `Store.endWithin`. */
  endWithin?(ms: number): void
  close(): Promise<void>
}

export { StorageFailed } from '../storage-failed.ts'
