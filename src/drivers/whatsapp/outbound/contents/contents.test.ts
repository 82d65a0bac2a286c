// Truth: the protocol's messages as the engine's own schema reads them back, and the attributes that the engine's own sending gives each kind.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MadeLife, OWN } from '../../../../../test/support/made-life.ts'
import type { Content, ContentKind, FileContent } from '../../../../model/content.ts'
import { isFault } from '../../../../model/fault.ts'
import type { ChatId, MessageId } from '../../../../model/ids.ts'
import { engineIsInstalled } from '../../engine/load.ts'
import { remoteText } from '../../media/remote-file.ts'
import { Composer, type Composed } from '../composer.ts'
import { NOT_SENT } from './contents.ts'

const skip = engineIsInstalled() ? false : 'the WhatsApp engine is not installed'

const PEER = '79001000002@c.us' as ChatId
const PEER_JID = '79001000002@s.whatsapp.net'
const OWN_CHAT = '79001000001@c.us' as ChatId
const ID = '3EB0A1' as MessageId
const TARGET = '3EB0A0' as MessageId
const PIXEL = Buffer.from('a small picture').toString('base64')
const PLACE = { chat: PEER, jid: PEER_JID, ephemeralS: 0 }

/** A file that the network brought and still has. */
function remoteFile(type: FileContent['type'], more: Partial<FileContent> = {}, oe?: string): FileContent {
  const remote = remoteText({
    ...{ kind: type, url: 'https://mmg.whatsapp.net/x', directPath: oe === undefined ? '/x' : `/x?ccb=1&oe=${oe}` },
    ...{ mediaKey: Buffer.alloc(32, 7).toString('base64'), fileEncSha256: Buffer.alloc(32, 8).toString('base64') },
    of: { remoteJid: PEER_JID, fromMe: false, id: 'A' },
  })
  return {
    ...{ kind: 'file', type, name: 'a.bin', mimeType: 'application/x', caption: '', jpegThumbnail: '' },
    file: { at: 'here', sha256: 'ab'.repeat(32), size: 5, remote },
    ...more,
  }
}

interface Row {
  readonly content: Content
  /** Fields of the message, as JSON with base64. */
  readonly message: object
  readonly attributes?: Record<string, string>
  readonly nodes?: readonly string[]
}

const KEYS = {
  ...{ url: 'https://mmg.whatsapp.net/x', directPath: '/x', mediaKey: Buffer.alloc(32, 7).toString('base64') },
  ...{ fileSha256: Buffer.alloc(32, 0xab).toString('base64'), fileEncSha256: Buffer.alloc(32, 8).toString('base64') },
  ...{ fileLength: '5', mimetype: 'application/x' },
}

const BUTTONS = {
  kind: 'buttons',
  header: 'Order 7',
  body: 'Is it right?',
  footer: 'Soon',
  buttons: [
    { id: 'yes', text: 'Yes', action: 'reply', value: '' },
    { id: 'shop', text: 'Look', action: 'url', value: 'https://shop.example' },
  ],
} as const
const BUTTONS_IN_WORDS = '*Order 7*\n\nIs it right?\n\n▫️ Yes\n▫️ Look: https://shop.example\n\n_Soon_'

const ROWS: Readonly<Record<string, Row>> = {
  text: { content: { kind: 'text', text: 'hello' }, message: { extendedTextMessage: { text: 'hello' } } },
  'forwarded text': {
    content: { kind: 'text', text: 'hello', forwardingScore: 2 },
    message: { extendedTextMessage: { text: 'hello', contextInfo: { forwardingScore: 2, isForwarded: true } } },
  },
  'text with a preview': {
    content: {
      ...{ kind: 'text', text: 'see https://a.example' },
      preview: {
        ...{
          title: 'A',
          description: 'all',
          link: 'https://a.example',
          jpegThumbnail: PIXEL,
          urlFile: '',
          size: 'small',
        },
      },
    },
    message: {
      extendedTextMessage: {
        ...{ text: 'see https://a.example', matchedText: 'https://a.example', title: 'A', description: 'all' },
        ...{ previewType: 'NONE', jpegThumbnail: PIXEL },
      },
    },
  },
  'picture with a caption': {
    content: remoteFile('image', { caption: 'look', jpegThumbnail: PIXEL }),
    message: { imageMessage: { ...KEYS, caption: 'look', jpegThumbnail: PIXEL } },
  },
  gif: {
    content: remoteFile('video', { isAnimated: true }),
    message: { videoMessage: { ...KEYS, gifPlayback: true } },
  },
  'round video': { content: remoteFile('video', { isVideoNote: true }), message: { ptvMessage: KEYS } },
  voice: { content: remoteFile('audio', { isVoice: true }), message: { audioMessage: { ...KEYS, ptt: true } } },
  'document with a caption': {
    content: remoteFile('document', { name: 'list.pdf', caption: 'the list' }),
    message: { documentMessage: { ...KEYS, title: 'list.pdf', fileName: 'list.pdf', caption: 'the list' } },
  },
  sticker: {
    content: remoteFile('sticker', { isAnimated: true, caption: 'none of these' }),
    message: { stickerMessage: { ...KEYS, isAnimated: true } },
  },
  location: {
    content: {
      kind: 'location',
      latitude: 55.5,
      longitude: -37.25,
      name: 'Square',
      address: 'Main 1',
      jpegThumbnail: '',
    },
    message: {
      locationMessage: { degreesLatitude: 55.5, degreesLongitude: -37.25, name: 'Square', address: 'Main 1' },
    },
  },
  contact: {
    content: { kind: 'contacts', contacts: [{ displayName: 'Anna', vcard: 'BEGIN:VCARD' }] },
    message: { contactMessage: { displayName: 'Anna', vcard: 'BEGIN:VCARD' } },
  },
  contacts: {
    content: {
      kind: 'contacts',
      contacts: [
        { displayName: 'Anna', vcard: 'A' },
        { displayName: 'Boris', vcard: 'B' },
      ],
    },
    message: {
      contactsArrayMessage: {
        displayName: '2 contacts',
        contacts: [
          { displayName: 'Anna', vcard: 'A' },
          { displayName: 'Boris', vcard: 'B' },
        ],
      },
    },
  },
  'poll for one answer': {
    content: { kind: 'poll', question: 'When?', options: ['now', 'later'], multipleAnswers: false },
    message: {
      pollCreationMessageV3: {
        name: 'When?',
        options: [{ optionName: 'now' }, { optionName: 'later' }],
        selectableOptionsCount: 1,
      },
    },
    nodes: ['meta'],
  },
  'poll for several answers': {
    content: { kind: 'poll', question: 'When?', options: ['now', 'later'], multipleAnswers: true },
    message: {
      pollCreationMessage: {
        name: 'When?',
        options: [{ optionName: 'now' }, { optionName: 'later' }],
        selectableOptionsCount: 0,
      },
    },
    nodes: ['meta'],
  },
  edit: {
    content: { kind: 'edit', target: TARGET, text: 'hello', isCaption: false },
    message: {
      protocolMessage: {
        ...{ key: { remoteJid: PEER_JID, fromMe: true, id: TARGET }, type: 'MESSAGE_EDIT' },
        editedMessage: { extendedTextMessage: { text: 'hello' } },
      },
    },
    attributes: { edit: '1' },
  },
  deletion: {
    content: { kind: 'deletion', target: TARGET, forEveryone: true },
    message: { protocolMessage: { key: { remoteJid: PEER_JID, fromMe: true, id: TARGET }, type: 'REVOKE' } },
    attributes: { edit: '7' },
  },
  'reaction to the other': {
    content: { kind: 'reaction', target: TARGET, participant: PEER, emoji: '👍' },
    message: { reactionMessage: { key: { remoteJid: PEER_JID, fromMe: false, id: TARGET }, text: '👍' } },
  },
  'reaction to oneself, withdrawn': {
    content: { kind: 'reaction', target: TARGET, participant: OWN_CHAT, emoji: '' },
    message: { reactionMessage: { key: { remoteJid: PEER_JID, fromMe: true, id: TARGET }, text: '' } },
  },
  'interactive buttons': {
    content: { ...BUTTONS, style: 'interactive' },
    message: {
      viewOnceMessage: {
        message: {
          interactiveMessage: {
            ...{ header: { title: 'Order 7', hasMediaAttachment: false }, body: { text: 'Is it right?' } },
            footer: { text: 'Soon' },
            nativeFlowMessage: {
              buttons: [
                { name: 'quick_reply', buttonParamsJson: '{"display_text":"Yes","id":"yes"}' },
                {
                  name: 'cta_url',
                  buttonParamsJson:
                    '{"display_text":"Look","id":"shop","url":"https://shop.example","merchant_url":"https://shop.example"}',
                },
              ],
              ...{ messageParamsJson: '', messageVersion: 1 },
            },
          },
        },
      },
    },
    nodes: ['biz'],
  },
  'template buttons': {
    content: { ...BUTTONS, style: 'template' },
    message: { extendedTextMessage: { text: BUTTONS_IN_WORDS } },
  },
  'plain buttons': {
    content: { ...BUTTONS, style: 'plain' },
    message: { extendedTextMessage: { text: BUTTONS_IN_WORDS } },
  },
  'group invite': {
    content: {
      ...{ kind: 'groupInvite', group: '120363043968066561@g.us' as ChatId, groupName: 'Friends', code: 'AbCd' },
      ...{ expiresAt: 1_800_000_000_500, caption: 'join', jpegThumbnail: '' },
    },
    message: {
      groupInviteMessage: {
        ...{ groupJid: '120363043968066561@g.us', inviteCode: 'AbCd', inviteExpiration: '1800000000' },
        ...{ groupName: 'Friends', caption: 'join' },
      },
    },
  },
  'status of words': {
    content: { kind: 'statusText', text: 'Open!', backgroundColor: '#87CEEB', font: 'OSWALD_HEAVY' },
    message: { extendedTextMessage: { text: 'Open!', textArgb: 0xffffffff, backgroundArgb: 0xff87ceeb, font: 5 } },
  },
}

describe('contents as messages of the protocol', { skip }, () => {
  for (const [name, row] of Object.entries(ROWS))
    test(name, async () => {
      const made = await MadeLife.open()
      const composed = await compose(made, row.content)
      const { messageContextInfo, ...said } = decoded(made, composed)
      for (const told of [said['protocolMessage'], said['reactionMessage']] as (Record<string, unknown> | undefined)[])
        for (const time of ['timestampMs', 'senderTimestampMs']) delete told?.[time]
      assert.deepEqual(said, row.message)
      assert.equal(messageContextInfo === undefined, row.content.kind === 'reaction')
      assert.deepEqual(composed.attributes, row.attributes ?? {})
      assert.deepEqual(
        composed.nodes.map(({ tag }) => tag),
        row.nodes ?? [],
      )
    })

  test('every kind that is sent has a row here', () => {
    const shown = new Set(Object.values(ROWS).map(({ content }) => content.kind))
    const kinds: ContentKind[] = ['text', 'file', 'location', 'contacts', 'poll', 'reaction', 'edit', 'deletion']
    const more: ContentKind[] = ['buttons', 'groupInvite', 'statusText']
    assert.deepEqual([...shown].sort(), [...kinds, ...more].sort())
    for (const kind of shown) assert.ok(!NOT_SENT.has(kind))
  })

  test('the secret of a message is the same at each attempt, and another for each message', async () => {
    const made = await MadeLife.open()
    const secretOf = async (id: string) => {
      const composed = await compose(made, { kind: 'text', text: 'x' }, id as MessageId)
      return composed.message.messageContextInfo?.messageSecret
    }
    const first = await secretOf('A')
    assert.equal(first?.length, 32)
    assert.deepEqual(await secretOf('A'), first)
    assert.notDeepEqual(await secretOf('B'), first)
    const again = await MadeLife.open(made.host.kept)
    const composed = await compose(again, { kind: 'text', text: 'x' }, 'A' as MessageId)
    assert.deepEqual(composed.message.messageContextInfo?.messageSecret, first)
  })

  test('where messages vanish, each says after how long, and what is about another does not', async () => {
    const made = await MadeLife.open()
    const place = { ...PLACE, ephemeralS: 86_400 }
    const composer = new Composer(made.life, { sendsButtons: true })
    const signal = new AbortController().signal
    const text = await composer.compose(ID, { kind: 'text', text: 'x' }, place, signal)
    assert.ok(!isFault(text))
    assert.equal(text.message.extendedTextMessage?.contextInfo?.expiration, 86_400)
    const edit = await composer.compose(
      ID,
      { kind: 'edit', target: TARGET, text: 'y', isCaption: false },
      place,
      signal,
    )
    assert.ok(!isFault(edit))
    assert.equal(edit.message.protocolMessage?.editedMessage?.extendedTextMessage?.contextInfo, undefined)
  })

  test('a quote shows what it is about, whose it was, and never what that replied to itself', async () => {
    const made = await MadeLife.open()
    const inner = { id: 'Z' as MessageId, participant: OWN_CHAT, content: null }
    const content: Content = { kind: 'text', text: 'the question', quote: inner }
    const quote = { id: TARGET, participant: PEER, content }
    const composed = await compose(made, { kind: 'text', text: 'the answer', quote })
    assert.deepEqual(decoded(made, composed)['extendedTextMessage'], {
      text: 'the answer',
      contextInfo: {
        ...{ stanzaId: TARGET, participant: PEER_JID },
        quotedMessage: { extendedTextMessage: { text: 'the question' } },
      },
    })
  })

  test('a quote of a file shows it without bringing it anywhere; one of nothing known names it alone', async () => {
    const made = await MadeLife.open()
    const file = remoteFile('image', { caption: 'look' })
    const quote = { id: TARGET, participant: PEER, content: file }
    const composed = await compose(made, { kind: 'text', text: 'nice', quote })
    const { contextInfo } = decoded(made, composed)['extendedTextMessage'] as { contextInfo: Record<string, unknown> }
    assert.deepEqual(contextInfo['quotedMessage'], { imageMessage: { ...KEYS, caption: 'look' } })
    const unknown = { id: TARGET, participant: '' as ChatId, content: null }
    const alone = await compose(made, { kind: 'text', text: 'nice', quote: unknown })
    assert.deepEqual(alone.message.extendedTextMessage?.contextInfo, { stanzaId: TARGET })
    assert.deepEqual(made.host.filesRead, [])
  })

  test('what cannot be sent can be quoted', async () => {
    const made = await MadeLife.open()
    const order: Content = {
      ...{ kind: 'order', orderId: 'o', token: 't', title: 'Cups', itemCount: 2, currency: 'EUR', total: '1900' },
      seller: PEER,
    }
    const composed = await compose(made, {
      kind: 'text',
      text: 'yes',
      quote: { id: TARGET, participant: PEER, content: order },
    })
    const quoted = composed.message.extendedTextMessage?.contextInfo?.quotedMessage?.orderMessage
    assert.deepEqual([quoted?.orderTitle, quoted?.totalAmount1000, quoted?.sellerJid], ['Cups', 19_000, PEER_JID])
  })

  test('a file that the network is about to forget is brought there anew', async () => {
    const made = await MadeLife.open()
    const hex = (ms: number) => Math.floor(ms / 1000).toString(16)
    const good = await compose(made, remoteFile('image', {}, hex(made.clock.now() + 86_400_000)))
    assert.ok(good.message.imageMessage?.mediaKey)
    const bad = remoteFile('image', {}, hex(made.clock.now() + 60_000))
    const signal = new AbortController().signal
    const composed = await new Composer(made.life, { sendsButtons: true }).compose(ID, bad, PLACE, signal)
    assert.equal(isFault(composed) && composed.fault, 'fileGone')
    assert.equal(made.host.filesRead.length, 1)
  })

  test('an edit of a caption is the file again; of a file that nobody knows it is refused', async () => {
    const made = await MadeLife.open()
    const signal = new AbortController().signal
    const edit: Content = { kind: 'edit', target: TARGET, text: 'better', isCaption: true }
    const composer = new Composer(made.life, { sendsButtons: true })
    const unknown = await composer.compose(ID, edit, PLACE, signal)
    assert.equal(isFault(unknown) && unknown.fault, 'refused')
    const chat = { id: PEER, name: '', contactName: '' }
    const message = { id: TARGET, direction: 'out', chat, author: { ...chat, id: OWN_CHAT }, at: 1 } as const
    made.host.journal.push({ ...message, content: remoteFile('image', { caption: 'good' }) })
    const composed = await composer.compose(ID, edit, PLACE, signal)
    assert.ok(!isFault(composed))
    assert.equal(composed.message.protocolMessage?.editedMessage?.imageMessage?.caption, 'better')
  })

  test("an admin deletes another's message in a group, named as the group names its author", async () => {
    const made = await MadeLife.open()
    const group = '120363043968066561@g.us' as ChatId
    const lid = '900000000000002@lid'
    made.groups.set(group, {
      ...{ id: group, subject: 'Friends', addressingMode: 'lid' },
      participants: [
        { id: OWN.lid, admin: 'admin' },
        { id: lid, phoneNumber: PEER_JID },
      ],
    })
    made.host.kept.set('lid-mapping|79001000002', Buffer.from('"900000000000002"'))
    const message = { id: TARGET, direction: 'in', chat: party(group), author: party(PEER), at: 1 } as const
    made.host.journal.push({ ...message, content: { kind: 'text', text: 'spam' } })
    const place = { chat: group, jid: group, ephemeralS: 0 }
    const signal = new AbortController().signal
    const deletion: Content = { kind: 'deletion', target: TARGET, forEveryone: true }
    const composer = new Composer(made.life, { sendsButtons: true })
    const composed = await composer.compose(ID, deletion, place, signal)
    assert.ok(!isFault(composed))
    assert.deepEqual(composed.message.protocolMessage?.key, {
      ...{ remoteJid: group, fromMe: false, id: TARGET, participant: lid },
    })
    assert.deepEqual(composed.attributes, { edit: '8' })
    made.host.journal.push({ ...message, chat: party(PEER), content: { kind: 'text', text: 'x' } })
    const elsewhere = await composer.compose(ID, deletion, PLACE, signal)
    assert.equal(isFault(elsewhere) && elsewhere.fault, 'refused')
  })

  test('where buttons are not to be sent, they go in words', async () => {
    const made = await MadeLife.open()
    const composer = new Composer(made.life, { sendsButtons: false })
    const composed = await composer.compose(
      ID,
      { ...BUTTONS, style: 'interactive' },
      PLACE,
      new AbortController().signal,
    )
    assert.ok(!isFault(composed))
    assert.equal(composed.message.extendedTextMessage?.text, BUTTONS_IN_WORDS)
    assert.deepEqual(composed.nodes, [])
  })
})

async function compose(made: MadeLife, content: Content, id = ID): Promise<Composed> {
  const composer = new Composer(made.life, { sendsButtons: true })
  const composed = await composer.compose(id, content, PLACE, new AbortController().signal)
  assert.ok(!isFault(composed), isFault(composed) ? composed.message : '')
  return composed
}

/** There and back through the engine's schema, as JSON. */
function decoded({ life }: MadeLife, { message }: Composed): Record<string, unknown> {
  const { Message } = life.engine.proto
  const read = Message.decode(Message.encode(Message.fromObject(message)).finish())
  return JSON.parse(JSON.stringify(read)) as Record<string, unknown>
}

function party(id: ChatId) {
  return { id, name: '', contactName: '' }
}
