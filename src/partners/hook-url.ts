import { isIP } from 'node:net'
import type { AddressRules } from '../lib/address-rules.ts'
import { isWebUrl } from '../lib/web-url.ts'
import { fault, type Fault } from '../model/fault.ts'

const LONGEST = 4096
const CONTROL = /[\u0000-\u001f\u007f]/
const LOOPBACK = ['127.0.0.1', '::1']

/**
 * Why a hook can't have this address. What a name leads to is seen at each connection; an address that stands in the URL itself, and this
 * machine's own name, are known to be out of reach before.
 */
export function hookUrlFault(url: string, allow: AddressRules): Fault | undefined {
  if (url.length > LONGEST || CONTROL.test(url) || !isWebUrl(url)) {
    return fault('invalid', `'url' must be an http or https URL of at most ${String(LONGEST)} characters`)
  }
  const host = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1')
  const isOut = isIP(host) === 0 ? isThisMachine(host) && !LOOPBACK.some((ip) => allow.allows(ip)) : !allow.allows(host)
  return isOut
    ? fault('invalid', `'url' leads to ${host}, which this server may not reach: only public addresses`)
    : undefined
}

function isThisMachine(name: string): boolean {
  return /^(.*\.)?localhost\.?$/.test(name)
}
