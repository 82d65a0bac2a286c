import { masking } from '../../lib/masking.ts'

/** What went wrong, for a log: without what looks like a secret. */
export function maskedTrouble(error: unknown): string {
  return masking()(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
}
