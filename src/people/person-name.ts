import { fault, type Fault } from '../model/fault.ts'

const LONGEST = 100

/** How somebody is called, on one line. */
export function personNameOf(given: string): string | Fault {
  const name = given.replaceAll(/[\p{C}\p{Z}]+/gu, ' ').trim()
  return name.length > 0 && name.length <= LONGEST
    ? name
    : fault('invalid', `'name' must have 1 to ${String(LONGEST)} characters`)
}
