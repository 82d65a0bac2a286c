import { PushedHandovers } from '../../../src/drivers/max/files/handovers.ts'
import { SHIPPED } from '../../../src/drivers/max/identity.ts'
import type { Life } from '../../../src/drivers/max/life.ts'
import type { AskTrouble } from '../../../src/drivers/max/questions.ts'
import type { Operation } from '../../../src/drivers/max/wire/operation.ts'
import { openTransport } from '../../../src/drivers/network/transport.ts'
import { Tally } from '../../../src/drivers/max/tally.ts'
import { VersionGate } from '../../../src/drivers/max/version-gate.ts'
import { AddressRules } from '../../../src/lib/address-rules.ts'
import { LoginGate } from '../../../src/lib/login-gate.ts'
import { systemRandom } from '../../../src/lib/random.ts'
import { isFault, type Fault } from '../../../src/model/fault.ts'
import { AskedNetwork } from './asked-network.ts'
import { madeLife, type MadeLife } from './made-life.ts'

/** What becomes of a question, instead of what the network would answer: it is refused with a code, or what else may happen to it; `never`: it is not answered. */
export type Mishap = AskTrouble | string

export interface SendingLife extends MadeLife, Omit<Life, keyof MadeLife> {
  readonly shared: Life['shared']
  /** What happens to the next questions of an opcode, in this order. A question that is lost was heard by the network where `isHeard`. */
  readonly mishaps: Map<number, { readonly mishap: Mishap; readonly isHeard?: boolean }[]>
  /** Whom the finder finds. */
  readonly numbers: Map<string, string | Fault>
}

const straight = await openTransport('', { proxies: new AddressRules([]), clock: madeLife().clock })

/** For tests: a life that can send, on a network that is told what to answer and what to let go wrong. */
export function sendingLife(kept = new Map<string, Uint8Array>(), network = new AskedNetwork()): SendingLife {
  const made = madeLife(kept, network)
  const { clock } = made
  if (isFault(straight)) throw new Error(straight.message)
  const mishaps: SendingLife['mishaps'] = new Map()
  const numbers: SendingLife['numbers'] = new Map()
  return {
    ...{ ...made, mishaps, numbers, transport: straight, handovers: new PushedHandovers(clock) },
    connection: { ask: (operation, ...asked) => asking(network, mishaps, operation, asked) },
    finder: {
      personBehind: (phone) => Promise.resolve(numbers.get(phone) ?? null),
      lookUp: (phone) => {
        const user = numbers.get(phone) ?? null
        return Promise.resolve(isFault(user) ? user : { user, isRemembered: false })
      },
    },
    shared: {
      ...{ url: undefined, identity: SHIPPED, seemsSeen: true, fileLimitBytes: 1_000_000, picturePeriodMs: 0 },
      ...{ loginsPerDay: 0, checksPerDay: 0, checkPeriodMs: 0, connected: new Map() },
      ...{ proxies: new AddressRules([]), fileHosts: new AddressRules(['127.0.0.1']) },
      ...{ tally: new Tally(), versions: new VersionGate(clock) },
      gate: new LoginGate({ perSecond: 1, clock, random: systemRandom }),
    },
  }
}

async function asking<Asked extends readonly unknown[], Value>(
  network: AskedNetwork,
  mishaps: SendingLife['mishaps'],
  operation: Operation<Asked, Value>,
  asked: Asked,
) {
  const happens = mishaps.get(operation.opcode)?.shift()
  if (happens === undefined) return await network.connection.ask(operation, ...asked)
  const { mishap, isHeard = false } = happens
  if (isHeard) await network.connection.ask(operation, ...asked)
  if (mishap === 'never') return await new Promise<never>(() => undefined)
  if (typeof mishap !== 'string') return { ok: false, trouble: mishap } as const
  return { ok: false, trouble: { why: 'refused', error: { code: mishap, message: '' } } } as const
}
