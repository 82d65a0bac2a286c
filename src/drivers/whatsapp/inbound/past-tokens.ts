import type { TransactionalKeyStore, WaChat, WaHistory } from '../engine/engine.ts'
import { isLid, plainJid } from '../jids.ts'
import { count } from './bounded.ts'
import type { InboundParts } from './reading.ts'

/** As the engine keeps them, `timestamp` as text. */
interface KeptToken {
  readonly token?: Uint8Array
  readonly timestamp?: string | number
  readonly senderTimestamp?: number
}

interface Parts extends Pick<InboundParts, 'people' | 'store'> {
  readonly keys: TransactionalKeyStore
}

const TYPE = 'tctoken'
/** Whose there are: under this name the engine keeps a JSON list, as if it were a token. */
const INDEX = '__index'

/** What the past tells of who may be written to, newest wins; kept as the engine keeps what it hears by itself. */
export async function keepPastTokens({ people, store, keys }: Parts, history: WaHistory): Promise<void> {
  const lids = new Map((history.lidPnMappings ?? []).map(({ lid, pn }) => [plainJid(pn), plainJid(lid)]))
  const told = new Map<string, WaChat>()
  for (const chat of history.chats) {
    if (!(chat.tcToken instanceof Uint8Array) || chat.tcToken.length === 0) continue
    if (count(chat.tcTokenTimestamp) === 0) continue
    const jid = plainJid(chat.id)
    const name = lids.get(jid) ?? (await people.namesOf(jid)).find(isLid) ?? jid
    if (name !== '') told.set(name, chat)
  }
  if (told.size > 0) await store.transaction(() => keepTokens(keys, told))
}

async function keepTokens(keys: TransactionalKeyStore, told: ReadonlyMap<string, WaChat>): Promise<void> {
  const kept = (await keys.get(TYPE, [...told.keys(), INDEX])) as Readonly<Record<string, KeptToken | undefined>>
  const news: Record<string, KeptToken> = {}
  for (const [jid, { tcToken, tcTokenTimestamp, tcTokenSenderTimestamp }] of told) {
    const at = count(tcTokenTimestamp)
    if (Number(kept[jid]?.timestamp ?? 0) >= at) continue
    const givenAt = count(tcTokenSenderTimestamp)
    const given = givenAt > 0 && { senderTimestamp: givenAt }
    news[jid] = { ...kept[jid], token: Buffer.from(tcToken ?? []), timestamp: String(at), ...given }
  }
  const names = Object.keys(news)
  if (names.length === 0) return
  const index = new Set([...indexIn(kept[INDEX]), ...names])
  await keys.set({ [TYPE]: { ...news, [INDEX]: { token: Buffer.from(JSON.stringify([...index])) } } })
}

function indexIn(kept: KeptToken | undefined): readonly string[] {
  try {
    const list: unknown = JSON.parse(Buffer.from(kept?.token ?? []).toString())
    return Array.isArray(list) ? list.filter((name): name is string => typeof name === 'string') : []
  } catch {
    return []
  }
}
