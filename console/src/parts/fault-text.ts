import type { ApiFault } from '../api/fault.ts'
import type { Words } from '../words/dictionaries.ts'

/** What to tell a person about a fault; a page that knows better says more. */
export function faultText(fault: ApiFault, words: Words<'common'>): string {
  const { faults } = words
  const { retryAfterSeconds: seconds } = fault
  if (fault.code === 'network') return faults.network
  if (fault.code === 'unreadable') return faults.unreadable
  if (fault.status === 429) return seconds === null ? faults.tooMany : faults.tooManyFor(seconds)
  if (fault.status === 401) return faults.signedOut
  if (fault.status === 403) return faults.forbidden
  if (fault.status === 404) return faults.notFound
  if (fault.status >= 500) return faults.server
  return fault.message === '' ? faults.server : fault.message
}
