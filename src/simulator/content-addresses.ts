import type { Addresses, Viewer } from './addresses.ts'
import type { Content } from './contents.ts'

type Rename = (address: string) => string | null
type Quote = NonNullable<Extract<Content, { kind: 'text' }>['quote']>

/** What a device is shown: every person that the content names as that device names them. */
export function contentToDevice(addresses: Addresses, viewer: Viewer, content: Content): Content {
  return renamed(content, (address) => addresses.toDevice(viewer, address))
}

/** What the network keeps of what a device offers; persons that it doesn't know are named no more where that may be left open. */
export function contentFromDevice(addresses: Addresses, viewer: Viewer, content: Content): Content {
  return renamed(content, (address) => addresses.fromDevice(viewer, address))
}

function renamed(content: Content, rename: Rename): Content {
  const said = namedAlone(content, rename)
  return content.quote === undefined ? said : { ...said, quote: quoteOf(content.quote, rename) }
}

function quoteOf(quote: Quote, rename: Rename): Quote {
  const content = quote.content === null ? null : namedAlone(quote.content, rename)
  return { ...quote, participant: optional(quote.participant, rename), content }
}

/** Everything but what it replies to. */
function namedAlone<Said extends Content>(content: Said, rename: Rename): Said {
  const of: Content = content
  const change = changeOf(of, rename)
  return change === null ? content : { ...content, ...change }
}

/** The fields that name somebody, renamed; null when there are none. */
function changeOf(content: Content, rename: Rename): Partial<Content> | null {
  switch (content.kind) {
    case 'contacts':
      return {
        contacts: content.contacts.map(({ address, ...card }) => ({ ...card, ...cardAddress(address, rename) })),
      }
    case 'vote': {
      const voters = (named: readonly string[]) => named.flatMap((voter) => rename(voter) ?? [])
      return { options: content.options.map((option) => ({ ...option, voters: voters(option.voters) })) }
    }
    case 'reaction':
      return { participant: optional(content.participant, rename) }
    case 'groupInvite':
      return { group: rename(content.group) ?? content.group }
    case 'order':
      return { seller: rename(content.seller) ?? content.seller }
    default:
      return null
  }
}

function cardAddress(address: string | undefined, rename: Rename): { address?: string } {
  const named = address === undefined ? null : rename(address)
  return named === null ? {} : { address: named }
}

function optional(address: string, rename: Rename): string {
  return address === '' ? '' : (rename(address) ?? '')
}
