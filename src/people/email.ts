import { fault, type Fault } from '../model/fault.ts'

const LONGEST = 254
/** No more than tells an address from a slip: whether it is one, only a letter to it says. */
const FORM = /^[^\s@<>()[\]\\,;:"]{1,64}@[^\s@<>()[\]\\,;:"]+\.[^\s@<>()[\]\\,;:".]+$/

/** An e-mail as it is stored and compared: trimmed and in lower case. */
export function emailOf(given: string): string | Fault {
  const email = given.trim().toLowerCase()
  if (email.length <= LONGEST && FORM.test(email)) return email
  return fault('invalid', "'email' must be an e-mail address")
}
