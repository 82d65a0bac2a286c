import {
  byKind,
  quoteOf,
  type ByKind,
  type Content,
  type FileContent,
  type KeptFile,
  type Quote,
} from '../../model/content.ts'
import type { ChatId } from '../../model/ids.ts'
import type { Content as NetworkContent, StoredFile } from '../../simulator/contents.ts'
import type { ChatIds } from './ids.ts'

/**
 * The network's form of a content. Files go as their hashes: null for what is not in this server's media store. The network takes
 * only what `isContent` lets pass; that is not checked here.
 */
export function contentFor(ids: ChatIds, content: Content): NetworkContent {
  const quote = quoteOf(content)
  return { ...plainFor(ids, content), ...(quote !== undefined && { quote: quoteFor(ids, quote) }) }
}

export function storedFile({ sha256, size }: KeptFile): StoredFile {
  return { sha256, size }
}

function quoteFor(ids: ChatIds, { id, participant, content }: Quote) {
  return { id, participant: ids.addressOf(participant), content: content === null ? null : plainFor(ids, content) }
}

/** Everything but what it replies to. */
function plainFor(ids: ChatIds, content: Content): NetworkContent {
  return byKind(PLAIN, content, ids)
}

const PLAIN: ByKind<[ChatIds], NetworkContent> = {
  text: (content) => unquoted(content),
  file: (content) => fileFor(content),
  location: (content) => unquoted(content),
  contacts: (content, ids) => {
    const contacts = content.contacts.map(({ chat, ...card }) => ({
      ...card,
      ...(chat !== undefined && { address: ids.addressOf(chat) }),
    }))
    return { ...unquoted(content), contacts }
  },
  poll: (content) => ({ ...unquoted(content), options: [...content.options] }),
  vote: (content, ids) => {
    const named = (voters: readonly ChatId[]) => voters.map((voter) => ids.addressOf(voter))
    return { ...content, options: content.options.map(({ name, voters }) => ({ name, voters: named(voters) })) }
  },
  reaction: (content, ids) => ({ ...content, participant: ids.addressOf(content.participant) }),
  edit: (content) => content,
  deletion: (content) => content,
  buttons: (content) => ({ ...unquoted(content), buttons: [...content.buttons] }),
  list: (content) => {
    const sections = content.sections.map(({ title, rows }) => ({ title, rows: [...rows] }))
    return { ...unquoted(content), sections }
  },
  choice: (content) => content,
  groupInvite: (content, ids) => ({ ...unquoted(content), group: ids.addressOf(content.group) }),
  product: (content) => {
    const { image, ...rest } = unquoted(content)
    return { ...rest, ...(image !== undefined && { image: fileFor(image) }) }
  },
  order: (content, ids) => ({ ...unquoted(content), seller: ids.addressOf(content.seller) }),
  statusText: (content) => content,
  unreadable: (content) => content,
}

function fileFor(content: FileContent) {
  const { file, ...rest } = unquoted(content)
  return { ...rest, file: file.at === 'here' ? storedFile(file) : null }
}

function unquoted<C extends { readonly quote?: Quote }>(content: C): Omit<C, 'quote'> {
  const rest: Omit<C, 'quote'> & { quote?: Quote } = { ...content }
  delete rest.quote
  return rest
}
