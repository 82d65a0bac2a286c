import type { NetworkCall } from '../../model/call.ts'
import {
  isSaying,
  type Content,
  type FileContent,
  type FileSource,
  type KeptFile,
  type Quote,
} from '../../model/content.ts'
import type { MessageId } from '../../model/ids.ts'
import type { NetworkMessage, Party } from '../../model/message.ts'
import type { Content as NetworkContent, ContentOf, StoredFile } from '../../simulator/contents.ts'
import type { Pushed } from '../../simulator/protocol.ts'
import type { SessionEvent } from '../driver.ts'
import type { ChatIds } from './ids.ts'

type PushedOf<Kind extends Pushed['kind']> = Extract<Pushed, { kind: Kind }>
type NetworkParty = PushedOf<'message'>['chat']
type NetworkQuote = NonNullable<NetworkContent['quote']>
type Unquoted<C> = C extends unknown ? Omit<C, 'quote'> : never
type Plain = Unquoted<NetworkContent>
type PlainOf<Kind extends Plain['kind']> = Unquoted<ContentOf<Kind>>
type FileOf = (file: PlainOf<'file'>) => FileContent

/** Reads what the network says: its addresses become chat ids, its hashes files that can be downloaded. */
export class Reader {
  readonly #ids: ChatIds
  readonly #fileLimitBytes: number

  /** Files above the limit are not taken in. */
  constructor(ids: ChatIds, fileLimitBytes: number) {
    this.#ids = ids
    this.#fileLimitBytes = fileLimitBytes
  }

  event(pushed: Pushed): SessionEvent {
    switch (pushed.kind) {
      case 'message':
        return { kind: 'message', message: this.#message(pushed) }
      case 'status': {
        const { id, chat, status, at } = pushed
        return { kind: 'status', id: id as MessageId, chat: this.#ids.chatOf(chat), status, at }
      }
      case 'receipt': {
        const { id, participant, status, at } = pushed
        return { kind: 'receipt', id: id as MessageId, participant: this.#ids.chatOf(participant), status, at }
      }
      case 'call':
        return { kind: 'call', call: this.#call(pushed) }
      case 'restricted':
        return { kind: 'restricted', state: pushed.state, at: pushed.at }
      default:
        return pushed satisfies never
    }
  }

  #message({ id, direction, chat, author, at, content }: PushedOf<'message'>): NetworkMessage {
    return {
      id: id as MessageId,
      direction,
      chat: this.#party(chat),
      author: this.#party(author),
      at,
      content: this.#content(content),
    }
  }

  #call({ id, direction, chat, status, isVideo, isGroup, durationS, participants, at }: PushedOf<'call'>): NetworkCall {
    return {
      ...{ id: id as MessageId, direction, status, isVideo, isGroup, durationS, at },
      chat: this.#party(chat),
      participants: participants.map(({ address, status }) => ({ id: this.#ids.chatOf(address), status })),
    }
  }

  /** Without spread and rest where it can be: every message has two of these, and they are what reading it costs most. */
  #party({ address, name, contactName, phone, type }: NetworkParty): Party {
    const id = this.#ids.chatOf(address)
    if (phone === undefined && type === undefined) return { id, name, contactName }
    return { id, name, contactName, ...(phone !== undefined && { phone }), ...(type !== undefined && { type }) }
  }

  #content(content: NetworkContent): Content {
    if (content.quote === undefined) return this.#plain(content)
    const { quote, ...plain } = content
    const said = this.#plain(plain)
    return isSaying(said) ? { ...said, quote: this.#quote(quote) } : said
  }

  #quote({ id, participant, content }: NetworkQuote): Quote {
    const said = content === null ? null : this.#plain(content)
    return { id: id as MessageId, participant: this.#ids.chatOf(participant), content: said }
  }

  #plain(content: Plain): Content {
    // The key is the content's own kind, so the row takes it; the compiler can't follow the two together.
    const row = PLAIN[content.kind] as (content: Plain, ids: ChatIds, fileOf: FileOf) => Content
    return row(content, this.#ids, (file) => this.#file(file))
  }

  #file({ file, ...rest }: PlainOf<'file'>): FileContent {
    return { ...rest, file: this.#source(file) }
  }

  #source(file: StoredFile | null): FileSource {
    if (file === null) return { at: 'nowhere', why: 'lost' }
    return file.size > this.#fileLimitBytes ? { at: 'nowhere', why: 'tooLarge' } : keptFile(file)
  }
}

/** A file that the network has, and gives by its hash. */
export function keptFile({ sha256, size }: StoredFile): KeptFile {
  return { at: 'here', sha256, size, remote: sha256 }
}

/** Every content but for what it replies to. */
const PLAIN: { readonly [Kind in Plain['kind']]: (content: PlainOf<Kind>, ids: ChatIds, fileOf: FileOf) => Content } = {
  text: (content) => content,
  file: (content, _ids, fileOf) => fileOf(content),
  location: (content) => content,
  contacts: (content, ids) => {
    const contacts = content.contacts.map(({ address, ...card }) => ({
      ...card,
      ...(address !== undefined && { chat: ids.chatOf(address) }),
    }))
    return { ...content, contacts }
  },
  poll: (content) => content,
  vote: (content, ids) => {
    const named = (voters: readonly string[]) => voters.map((voter) => ids.chatOf(voter))
    const options = content.options.map(({ name, voters }) => ({ name, voters: named(voters) }))
    return { ...content, poll: content.poll as MessageId, options }
  },
  reaction: (content, ids) => {
    const target = content.target as MessageId
    return { ...content, target, participant: ids.chatOf(content.participant) }
  },
  edit: (content) => ({ ...content, target: content.target as MessageId }),
  deletion: (content) => ({ ...content, target: content.target as MessageId }),
  buttons: (content) => content,
  list: (content) => content,
  choice: (content) => ({ ...content, target: content.target as MessageId }),
  groupInvite: (content, ids) => ({ ...content, group: ids.chatOf(content.group) }),
  product: ({ image, ...rest }, _ids, fileOf) => ({ ...rest, ...(image !== undefined && { image: fileOf(image) }) }),
  order: (content, ids) => ({ ...content, seller: ids.chatOf(content.seller) }),
  statusText: (content) => content,
  unreadable: (content) => content,
}
