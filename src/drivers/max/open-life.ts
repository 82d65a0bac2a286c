import { setMaxListeners } from 'node:events'
import { Serial } from '../../lib/serial.ts'
import type { SessionHost } from '../driver.ts'
import type { Transport } from '../network/transport.ts'
import { openAddresses } from './addresses.ts'
import { openDirectory } from './directory.ts'
import { openFinder } from './facets/finder.ts'
import { PushedHandovers } from './files/handovers.ts'
import { FollowedHost } from './followed-host.ts'
import { Inbound } from './inbound/inbound.ts'
import type { Draft, Life } from './life.ts'
import { openMessageIds } from './message-ids.ts'
import { Outbound } from './outbound/outbound.ts'
import type { Surroundings } from './surroundings.ts'

interface Parts {
  readonly host: SessionHost
  readonly shared: Surroundings
  readonly connection: Life['connection']
  readonly transport: Transport
  /** The account's own id. */
  readonly self: string
  readonly fail: (why: string) => void
}

/** A life with what goes in and out of it. */
export interface OpenLife extends Life {
  readonly inbound: Inbound
  readonly outbound: Outbound
  /** Resolves when nothing more is committed. */
  close(): Promise<void>
}

/** Begins a life on a connection that is logged in. */
export function openLife({ shared, connection, transport, self, fail, ...parts }: Parts): OpenLife {
  const host = new FollowedHost(parts.host)
  const turns = new Serial()
  const over = new AbortController()
  // Each question listens for the end: so many are no leak.
  setMaxListeners(0, over.signal)
  const directory = openDirectory({ host, connection, self })
  const commit = async ({ secrets, notes, events }: Draft) => {
    if (secrets.size + notes.size + events.length > 0) await host.commit({ secrets, notes, events })
  }
  const addresses = openAddresses({ host, self, directory })
  const ended = over.signal
  const life: Life = {
    ...{ host, shared, connection, self, directory, addresses, transport, ended, fail, commit },
    messageIds: openMessageIds({ host, addresses }),
    handovers: new PushedHandovers(host.clock),
    finder: openFinder({ host, shared, connection, self, directory, ended }),
    alone: (work) => turns.run(work),
  }
  const outbound = new Outbound(life)
  return {
    ...life,
    inbound: new Inbound(life),
    outbound,
    close: async () => {
      over.abort()
      outbound.stop()
      await host.end()
    },
  }
}
