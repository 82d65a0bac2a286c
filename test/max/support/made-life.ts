import { RecordingHost } from '../../../src/drivers/conformance/host.ts'
import { openAddresses } from '../../../src/drivers/max/addresses.ts'
import { openDirectory } from '../../../src/drivers/max/directory.ts'
import { PushedHandovers } from '../../../src/drivers/max/files/handovers.ts'
import type { Addresses, Directory, Draft, Handovers, MessageIds } from '../../../src/drivers/max/life.ts'
import { openMessageIds } from '../../../src/drivers/max/message-ids.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { systemRandom } from '../../../src/lib/random.ts'
import { Serial } from '../../../src/lib/serial.ts'
import { SkippingClock } from '../../../src/lib/skipping-clock.ts'
import { AskedNetwork } from './asked-network.ts'

/** For tests: the account that receives, two persons, and a group of them; the dialogs' ids are the persons' own, one XOR the other. */
export const SELF = '10000001'
export const PEER = '20000002'
export const OTHER = '30000003'
export const GROUP = '-68929077051477'
export const DIALOG = String(BigInt(SELF) ^ BigInt(PEER))

export interface MadeLife {
  readonly host: RecordingHost
  readonly clock: SkippingClock
  readonly network: AskedNetwork
  readonly connection: AskedNetwork['connection']
  readonly self: string
  readonly shared: { readonly fileLimitBytes: number }
  readonly directory: Directory
  readonly addresses: Addresses
  readonly messageIds: MessageIds
  readonly handovers: Handovers
  readonly ended: AbortSignal
  readonly end: AbortController
  /** Why it was given up. */
  readonly failures: string[]
  alone<T>(work: () => Promise<T>): Promise<T>
  commit(draft: Draft): Promise<void>
  fail(why: string): void
}

/** The parts of a life on a host that remembers. With what another host kept it is the next life, in a process of its own. */
export function madeLife(
  kept = new Map<string, Uint8Array>(),
  network = new AskedNetwork(),
  clock = new SkippingClock(),
): MadeLife {
  const host = new RecordingHost(1101000001, { clock, random: systemRandom, log: silentLog }, { kept })
  const serial = new Serial()
  const end = new AbortController()
  const failures: string[] = []
  const { connection } = network
  const directory = openDirectory({ host, connection, self: SELF })
  const addresses = openAddresses({ host, self: SELF, directory })
  return {
    ...{ host, clock, network, connection, self: SELF, shared: { fileLimitBytes: 4_096 }, end, ended: end.signal },
    ...{ directory, addresses, messageIds: openMessageIds({ host, addresses }), failures },
    handovers: new PushedHandovers(clock),
    alone: (work) => serial.run(work),
    commit: async (draft) => {
      if (draft.secrets.size + draft.notes.size + draft.events.length > 0) await host.commit(draft)
    },
    fail: (why) => {
      failures.push(why)
      end.abort()
    },
  }
}
