import { LostOwnership } from '../instances/record.ts'
import { RegisterMoved } from '../partners/register.ts'
import { StorageFailed } from '../storage/storage-failed.ts'

/** Nothing was done, and asking again may help: a database that is away, an instance or a register that another node has just changed. */
export function isForNow(error: unknown): boolean {
  if (error instanceof StorageFailed) return !error.isLasting
  return error instanceof LostOwnership || error instanceof RegisterMoved
}
