import { steadyLink } from './file-link.ts'
import { flagIn, listIn, numberIn, textIn, textsIn, within, type Fields } from './fields.ts'

export type FileKind = 'image' | 'video' | 'audio' | 'document' | 'sticker'

export interface FileContent {
  readonly kind: 'file'
  readonly type: FileKind
  readonly url: string
  readonly name: string
  readonly caption: string
  /** base64 */
  readonly thumbnail: string
}

export interface Card {
  readonly name: string
  readonly phones: readonly string[]
}

/** What a message says, as far as the page shows it. */
export type Content =
  | {
      readonly kind: 'text'
      readonly text: string
      readonly preview: { readonly title: string; readonly about: string }
    }
  | FileContent
  | {
      readonly kind: 'location'
      readonly latitude: number
      readonly longitude: number
      readonly name: string
      readonly address: string
    }
  | { readonly kind: 'contacts'; readonly cards: readonly Card[] }
  | {
      readonly kind: 'poll'
      readonly question: string
      readonly options: readonly string[]
      readonly isMultiple: boolean
    }
  | {
      readonly kind: 'vote'
      readonly target: string
      readonly question: string
      readonly chosen: readonly string[]
      readonly voters: readonly string[]
    }
  | { readonly kind: 'reaction'; readonly target: string; readonly emoji: string }
  | { readonly kind: 'edit'; readonly target: string; readonly text: string }
  | { readonly kind: 'deletion'; readonly target: string }
  | {
      readonly kind: 'buttons'
      readonly title: string
      readonly body: string
      readonly footer: string
      readonly buttons: readonly string[]
    }
  | { readonly kind: 'choice'; readonly text: string }
  | { readonly kind: 'invite'; readonly group: string; readonly caption: string }
  | { readonly kind: 'goods'; readonly title: string; readonly about: string; readonly price: string }
  | { readonly kind: 'unknown'; readonly type: string }

const NO_PREVIEW = { title: '', about: '' }

/** By the wire's `typeMessage`. Quotes are read by it too: there some keys stand at another place. */
const READERS: Readonly<Record<string, (item: Fields) => Content>> = {
  textMessage: (item) => ({ kind: 'text', text: textIn(item, 'textMessage'), preview: NO_PREVIEW }),
  extendedTextMessage: (item) => {
    const said = within(item, 'extendedTextMessage')
    const preview = { title: textIn(said, 'title'), about: textIn(said, 'description') }
    return { kind: 'text', text: textIn(item, 'textMessage') || textIn(said, 'text'), preview }
  },
  quotedMessage: (item) => ({
    kind: 'text',
    text: textIn(within(item, 'extendedTextMessage'), 'text'),
    preview: NO_PREVIEW,
  }),
  imageMessage: fileReader('image'),
  videoMessage: fileReader('video'),
  audioMessage: fileReader('audio'),
  documentMessage: fileReader('document'),
  stickerMessage: fileReader('sticker'),
  locationMessage: (item) => {
    const place = within(item, 'location')
    const at = { latitude: numberIn(place, 'latitude'), longitude: numberIn(place, 'longitude') }
    return { kind: 'location', ...at, name: textIn(place, 'nameLocation'), address: textIn(place, 'address') }
  },
  contactMessage: (item) => ({ kind: 'contacts', cards: [cardOf(within(item, 'contact'))] }),
  contactsArrayMessage: (item) => {
    const nested = listIn(within(item, 'messageData'), 'contacts')
    return { kind: 'contacts', cards: (nested.length > 0 ? nested : listIn(item, 'contacts')).map(cardOf) }
  },
  pollMessage: (item) => {
    const poll = within(item, 'pollMessageData')
    const options = listIn(poll, 'options').map((option) => textIn(option, 'optionName'))
    return { kind: 'poll', question: textIn(poll, 'name'), options, isMultiple: flagIn(poll, 'multipleAnswers') }
  },
  pollUpdateMessage: (item) => {
    const poll = within(item, 'pollMessageData')
    const votes = listIn(poll, 'votes').map((vote) => ({
      name: textIn(vote, 'optionName'),
      voters: textsIn(vote, 'optionVoters'),
    }))
    return {
      kind: 'vote',
      target: textIn(poll, 'stanzaId'),
      question: textIn(poll, 'name'),
      chosen: votes.filter(({ voters }) => voters.length > 0).map(({ name }) => name),
      voters: votes.flatMap(({ voters }) => voters),
    }
  },
  reactionMessage: (item) => ({
    kind: 'reaction',
    target: textIn(within(item, 'quotedMessage'), 'stanzaId'),
    emoji: textIn(within(item, 'extendedTextMessageData'), 'text'),
  }),
  editedMessage: (item) => ({
    kind: 'edit',
    target: textIn(item, 'editedMessageId'),
    text: textIn(item, 'textMessage', 'caption'),
  }),
  deletedMessage: (item) => ({ kind: 'deletion', target: textIn(item, 'deletedMessageId') }),
  interactiveButtons: (item) => buttonsOf(within(item, 'interactiveButtons'), item),
  interactiveButtonsReply: (item) => buttonsOf(within(item, 'interactiveButtonsReply'), item),
  buttonsMessage: (item) => buttonsOf(within(item, 'buttonsMessage'), item),
  templateMessage: (item) => buttonsOf(within(item, 'templateMessage'), item),
  listMessage: (item) => {
    const said = Object.keys(within(item, 'listMessage')).length > 0 ? within(item, 'listMessage') : item
    const rows = listIn(said, 'sections').flatMap((section) =>
      listIn(section, 'rows').map((row) => textIn(row, 'title')),
    )
    return { ...buttonsOf(said, item), buttons: rows }
  },
  templateButtonsReplyMessage: (item) => ({
    kind: 'choice',
    text:
      textIn(within(item, 'templateButtonReplyMessage'), 'selectedDisplayText') || textIn(item, 'selectedDisplayText'),
  }),
  buttonsResponseMessage: (item) => ({
    kind: 'choice',
    text: textIn(within(item, 'buttonsResponseMessage'), 'selectedButtonText'),
  }),
  listResponseMessage: (item) => ({ kind: 'choice', text: textIn(within(item, 'listResponseMessage'), 'title') }),
  groupInviteMessage: (item) => {
    const invite = within(item, 'groupInviteMessageData')
    return { kind: 'invite', group: textIn(invite, 'groupName'), caption: textIn(invite, 'caption') }
  },
  productMessage: (item) => {
    const product = { ...item, ...within(item, 'productMessage') }
    const price = [textIn(product, 'price'), textIn(product, 'currencyCode')].filter(Boolean).join(' ')
    return { kind: 'goods', title: textIn(product, 'title'), about: textIn(product, 'description'), price }
  },
  orderMessage: (item) => {
    const order = { ...item, ...within(item, 'orderMessage') }
    const title = textIn(order, 'orderTitle', 'orderId')
    return { kind: 'goods', title, about: textIn(order, 'orderId'), price: textIn(order, 'currencyCode') }
  },
}

export function contentOf(type: string, item: Fields): Content {
  return (Object.hasOwn(READERS, type) ? READERS[type] : undefined)?.(item) ?? { kind: 'unknown', type }
}

function fileReader(type: FileKind): (item: Fields) => Content {
  return (item) => ({
    kind: 'file',
    type,
    url: steadyLink(textIn(item, 'downloadUrl')),
    name: textIn(item, 'fileName'),
    caption: textIn(item, 'caption'),
    thumbnail: textIn(item, 'jpegThumbnail'),
  })
}

/** What stands beside the buttons of a message; in a quote these keys stand in the quote itself. */
function buttonsOf(said: Fields, item: Fields): Extract<Content, { kind: 'buttons' }> {
  const from = Object.keys(said).length > 0 ? said : item
  return {
    kind: 'buttons',
    title: textIn(from, 'titleText', 'title'),
    body: textIn(from, 'contentText'),
    footer: textIn(from, 'footerText', 'footer'),
    buttons: listIn(from, 'buttons').map(buttonText),
  }
}

function buttonText(button: Fields): string {
  const inner = ['urlButton', 'callButton', 'quickReplyButton'].map((key) => textIn(within(button, key), 'displayText'))
  return textIn(button, 'buttonText') || (inner.find(Boolean) ?? '')
}

function cardOf(contact: Fields): Card {
  const lines = textIn(contact, 'vcard').split(/\r?\n/)
  const phones = lines
    .filter((line) => /^(item\d+\.)?TEL[;:]/i.test(line))
    .map((line) => line.slice(line.lastIndexOf(':') + 1))
  return { name: textIn(contact, 'displayName'), phones }
}
