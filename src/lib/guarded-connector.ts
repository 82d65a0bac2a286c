import { isIP, type LookupFunction } from 'node:net'
import { buildConnector } from 'undici'
import type { AddressRules } from './address-rules.ts'
import type { Clock } from './clock.ts'
import { NameLookup, type ResolveName } from './name-lookup.ts'

/** The address may not be reached. The text tells no more than that nothing was; the code is for the operator's log alone. */
export class AddressRefused extends Error {
  readonly code = 'ADDRESS_REFUSED'

  constructor() {
    super('the address could not be reached')
    this.name = 'AddressRefused'
  }
}

/** How a connection to a host is opened, encrypted where its scheme says so. */
export type Connect = buildConnector.connector

/**
 * Opens connections only to addresses that the rules allow. The very addresses that were checked are connected to, so a name
 * that resolves to another one a moment later gains nothing.
 */
export function guardedConnector(clock: Clock, rules: AddressRules, timeoutMs: number, resolve?: ResolveName): Connect {
  const names = new NameLookup(clock, resolve)
  const connect = buildConnector({ timeout: timeoutMs, lookup: guardedLookup(rules, names) })
  return (options, callback) => {
    // A literal address is never looked up.
    if (isIP(options.hostname) !== 0 && !rules.allows(options.hostname)) callback(new AddressRefused(), null)
    else connect(options, callback)
  }
}

function guardedLookup(rules: AddressRules, names: NameLookup): LookupFunction {
  return (hostname, options, callback) => {
    names.resolve(hostname, (error, found) => {
      if (error !== null) return callback(error, '')
      const addresses = found.filter(({ address }) => rules.allows(address))
      const [first] = addresses
      if (first === undefined) callback(new AddressRefused(), '')
      else if (options.all === true) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}
