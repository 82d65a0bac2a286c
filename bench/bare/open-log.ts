import { DurableLog } from './durable-log.ts'
import { DurableTable } from './durable-table.ts'

export interface Log {
  /** Resolves when the line is durable. */
  append(line: string): Promise<void>
}

/** A file by its path, a table of an empty PostgreSQL database by its URL. */
export function openLog(where: string): Log {
  return where.startsWith('postgres:') ? new DurableTable(where) : new DurableLog(where)
}
