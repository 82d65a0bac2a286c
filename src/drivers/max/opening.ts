import { isFault, type Fault } from '../../model/fault.ts'
import { openTransport, type Transport } from '../network/transport.ts'
import { MAX_URL } from './connection.ts'
import { deviceIdOf } from './credentials.ts'
import { NOT_SURE, type Loss } from './ending.ts'
import { Visit, type VisitParts } from './visit.ts'

interface Opening extends Omit<VisitParts, 'transport' | 'deviceId'> {
  /** Whether the one who asked is still there to have it. */
  readonly isWanted: () => boolean
  /** Awaits the turn of this session, once `reach` has found its way to the network. */
  readonly enter: (reach: () => Promise<Fault | null>) => Promise<Fault | null>
  /** As what the instance shows itself while that is not its own yet. */
  readonly deviceId?: string | undefined
}

/**
 * Begins a visit by the instance's own way to the network. Null when it is not wanted any more.
 * @throws Error when something could not be kept
 */
export async function openVisit(opening: Opening): Promise<Visit | Loss | null> {
  const { host, shared, budget, isWanted } = opening
  const tooOften = await budget.trouble()
  if (!isWanted() || tooOften !== null) return isWanted() ? tooOften : null
  const transport = await openTransport(host.proxy, { proxies: shared.proxies, clock: host.clock })
  if (isFault(transport)) return isWanted() ? { trouble: transport } : null
  let visit: Visit | Loss | null = null
  try {
    const trouble = isWanted() ? await opening.enter(() => transport.reach(shared.url ?? MAX_URL)) : null
    visit = trouble !== null && isWanted() ? { trouble } : await visitBy(transport, opening)
  } finally {
    if (!(visit instanceof Visit)) await transport.close()
  }
  return visit
}

async function visitBy(transport: Transport, opening: Opening): Promise<Visit | Loss | null> {
  const { host, isWanted } = opening
  if (!isWanted()) return null
  // Asked behind the row of logins: somebody before may have been refused.
  const refused = opening.shared.versions.trouble
  if (refused !== null) return refused
  const deviceId = opening.deviceId ?? (await deviceIdOf(host))
  if (!isWanted()) return null
  // Minutes may have passed in the row of logins.
  return host.isSure() ? new Visit({ ...opening, transport, deviceId }) : NOT_SURE
}
