import { Recent } from '../../lib/recent.ts'
import type { ChatId } from '../../model/ids.ts'
import type { SessionHost } from '../driver.ts'
import { isLid, isNumber, isPerson, plainJid, userOf } from './jids.ts'
import type { Draft, People, SessionStore } from './life.ts'

interface Parts {
  readonly host: SessionHost
  readonly store: SessionStore
  /** The account's own jids without a device; `lid` may be empty. */
  readonly own: { readonly pn: string; readonly lid: string }
}

/** Pairs that a session holds in memory, both directions counted. */
const CACHED = 512
/** As the engine's own store of these pairs names them; one entry for each direction. */
const NUMBERS_LID = (user: string) => `lid-mapping|${user}`
const LIDS_NUMBER = (user: string) => `lid-mapping|${user}_reverse`
const USER = /^\d{1,20}$/

/** Who is who, on top of what the engine itself keeps of it: the same secrets, read and written in its form. */
export function openPeople({ host, store, own }: Parts): People {
  return new KeptPeople(host, store, own)
}

class KeptPeople implements People {
  readonly #hidesNumbers: boolean
  readonly #store: SessionStore
  readonly #own: Parts['own']
  /** Users by the names of their secrets. */
  readonly #known = new Recent<string, string>(CACHED)

  constructor(host: SessionHost, store: SessionStore, own: Parts['own']) {
    this.#hidesNumbers = host.hidesNumbers
    this.#store = store
    this.#own = own
  }

  async chatOf(jid: string, alt = ''): Promise<ChatId> {
    const plain = plainJid(jid)
    if (!isPerson(plain)) return plain as ChatId
    const shown = this.#hidesNumbers ? isLid : isNumber
    if (shown(plain)) return chatIdOf(plain)
    const told = plainJid(alt)
    if (shown(told)) return chatIdOf(told)
    const other = await this.#otherName(plain)
    return chatIdOf(other === '' ? plain : other)
  }

  async phoneOf(jid: string): Promise<string> {
    const plain = plainJid(jid)
    if (isNumber(plain)) return userOf(plain)
    return isLid(plain) ? userOf(await this.#otherName(plain)) : ''
  }

  jidOf(chat: ChatId): Promise<string> {
    return Promise.resolve(plainJid(chat))
  }

  async namesOf(jid: string): Promise<readonly string[]> {
    const plain = plainJid(jid)
    if (!isPerson(plain)) return plain === '' ? [] : [plain]
    const other = await this.#otherName(plain)
    return other === '' ? [plain] : [plain, other]
  }

  async learn(lid: string, pn: string, draft: Draft): Promise<void> {
    const [lidJid, pnJid] = [plainJid(lid), plainJid(pn)]
    if (!isLid(lidJid) || !isNumber(pnJid)) return
    const [lidUser, pnUser] = [userOf(lidJid), userOf(pnJid)]
    await this.#keep(NUMBERS_LID(pnUser), lidUser, draft)
    await this.#keep(LIDS_NUMBER(lidUser), pnUser, draft)
  }

  isOwn(jid: string): boolean {
    const plain = plainJid(jid)
    return plain !== '' && (plain === this.#own.pn || plain === this.#own.lid)
  }

  async #keep(name: string, user: string, draft: Draft): Promise<void> {
    if ((await this.#userUnder(name)) === user) return
    this.#known.set(name, user)
    draft.secrets.set(name, Buffer.from(JSON.stringify(user)))
  }

  /** The lid of a number, the number of a lid; empty when it is not known. */
  async #otherName(plain: string): Promise<string> {
    const { pn, lid } = this.#own
    if (plain === pn && lid !== '') return lid
    if (plain === lid) return pn
    const user = await this.#userUnder(isLid(plain) ? LIDS_NUMBER(userOf(plain)) : NUMBERS_LID(userOf(plain)))
    if (user === '') return ''
    return isLid(plain) ? `${user}@s.whatsapp.net` : `${user}@lid`
  }

  async #userUnder(name: string): Promise<string> {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const user = userIn(await this.#store.read(name))
    if (user !== '') this.#known.set(name, user)
    return user
  }
}

/** The engine's stores write a user as JSON. */
function userIn(kept: Uint8Array | null): string {
  if (kept === null) return ''
  const user = Buffer.from(kept).toString().replaceAll('"', '')
  return USER.test(user) ? user : ''
}

/** What the API calls a person's plain jid. */
export function chatIdOf(jid: string): ChatId {
  return (isNumber(jid) ? `${userOf(jid)}@c.us` : jid) as ChatId
}
