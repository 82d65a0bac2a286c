import { Recent } from '../../lib/recent.ts'
import type { ChatId } from '../../model/ids.ts'
import type { SessionHost } from '../driver.ts'
import { dialogOf, ODD_DIALOG } from './directory.ts'
import type { Addresses, Directory } from './life.ts'

interface Parts {
  readonly host: Pick<SessionHost, 'secret'>
  /** The account's own id. */
  readonly self: string
  readonly directory: Pick<Directory, 'chat'>
}

/** Pairs that a session holds in memory. */
const CACHED = 256
const DIGITS = /^[1-9]\d{0,18}$/
/** Of what was saved: the account's dialog with itself. */
const SAVED = '0'

export function openAddresses(parts: Parts): Addresses {
  return new DialogAddresses(parts)
}

class DialogAddresses implements Addresses {
  readonly #parts: Parts
  readonly #networkIds = new Recent<ChatId, string>(CACHED)

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async networkIdOf(chat: ChatId): Promise<string> {
    if (!DIGITS.test(chat)) return chat
    const known = this.#networkIds.get(chat)
    if (known !== undefined) return known
    const { host, self } = this.#parts
    const odd = await host.secret(ODD_DIALOG(chat))
    const found = odd === null ? dialogOf(self, chat) : Buffer.from(odd).toString()
    this.#networkIds.set(chat, found)
    return found
  }

  async chatIdOf(network: string): Promise<ChatId> {
    const { self, directory } = this.#parts
    if (network === SAVED) return self as ChatId
    if (!DIGITS.test(network)) return network as ChatId
    const user = (await directory.chat(network))?.user ?? dialogOf(self, network)
    // The network told it otherwise since it was looked up.
    if (this.#networkIds.get(user as ChatId) !== network) this.#networkIds.set(user as ChatId, network)
    return user as ChatId
  }
}
