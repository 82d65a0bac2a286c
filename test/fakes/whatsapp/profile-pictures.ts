import { createHash } from 'node:crypto'
import { names } from './group-node.ts'
import type { Account, Answer, Device, Network, Node, QueryHandler } from './network.ts'
import { bytesOf, child } from './nodes.ts'
import { seconds, stanzaId } from './stanza.ts'

interface Shown {
  readonly id: string
  readonly url: string
  readonly directPath: string
  readonly bytes: Uint8Array
}

const NOT_FOUND = { error: { code: 404, text: 'item-not-found' } } as const
const NOT_AUTHORIZED = { error: { code: 401, text: 'not-authorized' } } as const
const FORBIDDEN = { error: { code: 403, text: 'forbidden' } } as const
const NOT_ACCEPTABLE = { error: { code: 406, text: 'not-acceptable' } } as const
const LIMIT_BYTES = 5 * 1024 * 1024

/** Pictures of persons and groups: the answers to `w:profile:picture`. A hidden one is 401, and 404 is none. */
export class ProfilePictures implements QueryHandler {
  readonly xmlns = 'w:profile:picture'
  /** Numbers that show their picture to nobody. */
  readonly hidden = new Set<string>()
  readonly #network: Network
  /** By the number, or the group's jid. */
  readonly #pictures = new Map<string, Shown>()

  constructor(network: Network) {
    this.#network = network
  }

  handle(query: Node, { account }: Device): Answer {
    const { type, target } = query.attrs
    const owner = target === undefined ? account.phone : this.#ownerOf(target)
    if (owner === undefined) return NOT_FOUND
    return type === 'set' ? this.#set(owner, account, child(query, 'picture')) : this.#get(owner, account)
  }

  /** By a number or a group's jid. */
  of(owner: string): Uint8Array | undefined {
    return this.#pictures.get(owner)?.bytes
  }

  /** As a person does on the phone; null takes it away. */
  change(owner: string, by: Account, bytes: Uint8Array | null): void {
    if (bytes === null) this.#pictures.delete(owner)
    else {
      const id = String(this.#network.now())
      this.#pictures.set(owner, { id, bytes, ...this.#network.media.put(bytes) })
    }
    this.#tell(owner, by)
  }

  #ownerOf(target: string): string | undefined {
    return this.#network.groups.has(target) ? target : this.#network.find(target)?.phone
  }

  #get(owner: string, account: Account): Answer {
    const group = this.#network.groups.get(owner)
    if (group !== undefined && !group.members.has(account.phone)) return NOT_AUTHORIZED
    if (owner !== account.phone && this.#isHidden(owner)) return NOT_AUTHORIZED
    const shown = this.#pictures.get(owner)
    if (shown === undefined) return NOT_FOUND
    const { id, url, directPath } = shown
    return [{ tag: 'picture', attrs: { id, url, direct_path: directPath, type: 'image' } }]
  }

  #isHidden(owner: string): boolean {
    return this.hidden.has(owner) || this.#network.accounts.get(owner)?.privacy.get('profile') === 'none'
  }

  #set(owner: string, account: Account, picture: Node | undefined): Answer {
    if (!this.#mayChange(owner, account)) return FORBIDDEN
    const bytes = picture === undefined ? null : bytesOf(picture)
    if (bytes !== null && (bytes.length === 0 || bytes.length > LIMIT_BYTES)) return NOT_ACCEPTABLE
    this.change(owner, account, bytes)
    const id = this.#pictures.get(owner)?.id
    return id === undefined ? [] : [{ tag: 'picture', attrs: { id } }]
  }

  #mayChange(owner: string, account: Account): boolean {
    const group = this.#network.groups.get(owner)
    if (group === undefined) return owner === account.phone
    const member = group.members.get(account.phone)
    return member !== undefined && (member.isAdmin || !group.locked)
  }

  /** Those who may see it: a group's members, or everybody, for a person. */
  #tell(owner: string, by: Account): void {
    const shown = this.#pictures.get(owner)
    const author = names(this.#network, by.phone)
    const hash = createHash('md5').update(author.pn).digest('base64').slice(0, 6)
    const change: Node = {
      tag: shown === undefined ? 'delete' : 'set',
      attrs: {
        jid: owner.includes('@') ? owner : author.lid,
        author: author.lid,
        hash,
        ...(shown && { id: shown.id }),
      },
    }
    const members = this.#network.groups.get(owner)?.members
    for (const account of this.#network.accounts.values()) {
      if (members === undefined ? this.#isHidden(owner) && account !== by : !members.has(account.phone)) continue
      for (const device of account.devices.values())
        this.#network.deliver(device, {
          tag: 'notification',
          attrs: {
            ...{ type: 'picture', id: stanzaId(), from: members === undefined ? author.lid : owner },
            t: seconds(this.#network.now()),
          },
          content: [change],
        })
    }
  }
}
