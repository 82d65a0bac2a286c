import { asFault } from '../../api/fault.ts'

const TRIES = 4
const WAIT_MS = 1_000

/**
 * Some methods may be called once a second and instance, by whomever: another client of the instance may have been quicker. For the
 * `retry` of a query.
 */
export function retryPatiently(failures: number, error: Error): boolean {
  const fault = asFault(error)
  return failures < TRIES && (fault.status === 429 || fault.isUncertain)
}

export function retryWaitMs(_failures: number, error: Error): number {
  const { retryAfterSeconds } = asFault(error)
  return retryAfterSeconds === null ? WAIT_MS : retryAfterSeconds * 1000
}
