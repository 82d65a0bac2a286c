import type { EpochMs } from '../../../model/ids.ts'
import { childOf, childrenOf } from '../engine/nodes.ts'
import type { Life } from '../life.ts'
import { within } from '../../network/within.ts'

/** Where files are brought now, and by what right. */
export interface MediaConnection {
  readonly hosts: readonly string[]
  readonly auth: string
  readonly until: EpochMs
}

const ASK_MS = 20_000
const HOSTNAME = /^[a-z0-9.-]+(:\d{1,5})?$/i
const known = new WeakMap<Life, MediaConnection>()

/**
 * Kept as long as the network said; asked for anew when it was refused. Rejects when the network doesn't tell. The engine's own of these
 * is not used: where its question fails once, it fails for as long as the socket lives.
 */
export async function mediaConnection(life: Life, isStale: boolean): Promise<MediaConnection> {
  const kept = known.get(life)
  if (!isStale && kept !== undefined && kept.until > life.host.clock.now()) return kept
  const told = await asked(life)
  known.set(life, told)
  return told
}

async function asked(life: Life): Promise<MediaConnection> {
  const question = life.socket.query({
    tag: 'iq',
    attrs: { type: 'set', xmlns: 'w:m', to: 's.whatsapp.net' },
    content: [{ tag: 'media_conn', attrs: {} }],
  })
  const connection = childOf(await within(life, ASK_MS, question), 'media_conn')
  const hosts = childrenOf(connection, 'host').flatMap(({ attrs }) => {
    const { hostname = '' } = attrs as Partial<Record<string, string>>
    return HOSTNAME.test(hostname) ? [hostname] : []
  })
  const { auth = '', ttl = '' } = (connection?.attrs ?? {}) as Partial<Record<string, string>>
  if (hosts.length === 0 || auth === '') throw new Error('WhatsApp named no media servers')
  const seconds = Number(ttl)
  return { hosts, auth, until: life.host.clock.now() + (Number.isFinite(seconds) ? seconds : 0) * 1_000 }
}
