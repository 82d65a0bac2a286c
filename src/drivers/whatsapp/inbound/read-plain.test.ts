// Truth: model/content.ts, and the protocol's own messages as the engine's generated code writes them.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import type { Content } from '../../../model/content.ts'
import type { ChatId, MessageId } from '../../../model/ids.ts'
import type { NetworkMessage } from '../../../model/message.ts'
import type { GroupMetadata, WaMessageInfo } from '../engine/engine.ts'
import { engineIsInstalled } from '../engine/load.ts'
import type { FileMessage, WaMessage } from '../engine/proto.ts'
import { makeReadPlain } from './read-plain.ts'
import {
  commit,
  encoded,
  FILE_LIMIT_BYTES,
  GROUP,
  GROUP_DATA,
  openRig,
  OTHER,
  OWN,
  PEER,
  stanza,
  type Rig,
} from '../../../../test/whatsapp/support/inbound-rig.ts'

const skip = engineIsInstalled() ? false : 'the WhatsApp engine is not installed'

async function read(rig: Rig, message: WaMessage, attrs: Record<string, string> = {}): Promise<NetworkMessage | null> {
  const draft = await makeReadPlain(rig)(stanza(attrs), encoded(rig.engine, message))
  await commit(rig, draft)
  const [event, ...more] = draft.events
  assert.deepEqual(more, [])
  if (event === undefined) return null
  assert.ok(event.kind === 'message')
  return event.message
}

async function contentIn(message: WaMessage, attrs: Record<string, string> = {}): Promise<Content | null> {
  return (await read(await openRig(), message, attrs))?.content ?? null
}

const PIXEL = Buffer.from('a small picture')
const BASE64 = PIXEL.toString('base64')
const SHA256 = createHash('sha256').update('the file').digest()

function file(more: FileMessage = {}): FileMessage {
  return {
    ...{
      url: 'https://mmg.whatsapp.net/f',
      directPath: '/f',
      mediaKey: new Uint8Array(32).fill(7),
      fileSha256: SHA256,
    },
    ...{ fileEncSha256: new Uint8Array(32).fill(8), fileLength: 8, mimetype: 'image/jpeg', jpegThumbnail: PIXEL },
    ...more,
  }
}

describe('messages from others', { skip }, () => {
  test('a text has its chat, author, names and time, and the chat counts it', async () => {
    const rig = await openRig()
    const message = await read(rig, { conversation: 'hello' }, { id: '3EB0AA' })
    const party = { id: PEER.chat, name: 'Peter', contactName: '' }
    const around = { id: '3EB0AA', direction: 'in', chat: party, author: party, at: 1_760_000_000_000 }
    assert.deepEqual(message, { ...around, content: { kind: 'text', text: 'hello' } })
    const chat = await rig.directory.chat(PEER.lid)
    assert.deepEqual([chat?.unreadCount, chat?.unread, chat?.at], [1, [{ id: '3EB0AA' }], 1_760_000_000_000])
    assert.equal(await rig.people.chatOf(PEER.lid), PEER.chat)
  })

  test('one that comes under the hiding id is told by the number, and the other way round where numbers are hidden', async () => {
    const attrs = { from: PEER.lid.replace('@', ':3@'), sender_pn: PEER.pn, sender_lid: '' }
    const shown = await read(await openRig(), { conversation: 'x' }, attrs)
    assert.equal(shown?.author.id, PEER.chat)
    const hidden = await read(await openRig({ hidesNumbers: true }), { conversation: 'x' })
    assert.deepEqual([hidden?.author.id, hidden?.chat.id], [PEER.lid, PEER.lid])
  })

  test('a number that nobody told is not made up', async () => {
    const message = await read(await openRig(), { conversation: 'x' }, { from: PEER.lid, sender_lid: '' })
    assert.equal(message?.author.id, PEER.lid)
  })

  test('in a group the author stands beside the group, whose name is asked for once', async () => {
    const rig = await openRig()
    const attrs = {
      from: GROUP,
      participant: PEER.lid,
      participant_pn: PEER.pn,
      addressing_mode: 'lid',
      sender_lid: '',
    }
    const message = await read(rig, { conversation: 'all' }, attrs)
    assert.deepEqual(message?.chat, { id: GROUP, name: 'Friends', contactName: '' })
    assert.equal(message.author.id, PEER.chat)
    await read(rig, { conversation: 'again' }, attrs)
    assert.deepEqual(rig.asked, [GROUP])
    assert.equal((await rig.directory.chat(GROUP))?.unread[0]?.participant, PEER.lid)
  })

  test('what the own phone wrote is outgoing, in the chat of whom it is for, and nothing is unread by it', async () => {
    const rig = await openRig()
    const sent: WaMessage = { deviceSentMessage: { destinationJid: PEER.pn, message: { conversation: 'mine' } } }
    for (const attrs of [{ recipient: PEER.pn, recipient_lid: PEER.lid }, {}]) {
      const message = await read(rig, sent, { from: OWN.pn, sender_lid: '', notify: 'Me', ...attrs })
      assert.ok(message !== null)
      assert.deepEqual([message.direction, message.chat.id], ['out', PEER.chat])
      assert.deepEqual(message.author, { id: '79001000001@c.us', name: 'Me', contactName: '' })
      assert.deepEqual(message.content, { kind: 'text', text: 'mine' })
    }
    assert.equal((await rig.directory.chat(PEER.pn))?.unreadCount, 0)
  })

  test('nobody else says for whom a message was', async () => {
    const sent: WaMessage = { deviceSentMessage: { destinationJid: OTHER.pn, message: { conversation: 'not mine' } } }
    assert.equal(await contentIn(sent), null)
  })

  test('keys, settings and talk between devices are no messages', async () => {
    const rig = await openRig()
    assert.equal(await read(rig, { senderKeyDistributionMessage: { groupId: GROUP } }), null)
    assert.equal(await read(rig, { protocolMessage: { type: 6 } }, { from: OWN.pn, category: 'peer' }), null)
    assert.equal(await read(rig, { protocolMessage: {} }), null)
    assert.equal(await read(rig, { protocolMessage: { type: 3, ephemeralExpiration: 86_400 } }), null)
    const chat = await rig.directory.chat(PEER.pn)
    assert.deepEqual([chat?.ephemeralS, chat?.ephemeralSetAt, chat?.unreadCount], [86_400, 1_760_000_000_000, 0])
  })

  test('a name is written once, and the address book goes along', async () => {
    const rig = await openRig()
    await read(rig, { conversation: 'one' })
    const draft = await makeReadPlain(rig)(stanza(), encoded(rig.engine, { conversation: 'two' }))
    assert.deepEqual([...draft.secrets.keys()], [`chat|${PEER.pn}`])
    await rig.directory.noteContact(PEER.lid, { contactName: 'Pete' }, draft)
    const message = await read(rig, { conversation: 'three' }, { notify: 'Peter P.' })
    assert.deepEqual(message?.author, { id: PEER.chat, name: 'Peter P.', contactName: 'Pete' })
  })
})

describe('contents', { skip }, () => {
  test('texts: plain, with a preview, forwarded, in an envelope that vanishes', async () => {
    assert.deepEqual(await contentIn({ extendedTextMessage: { text: 'x', contextInfo: { isForwarded: true } } }), {
      ...{ kind: 'text', text: 'x', forwardingScore: 1 },
    })
    const link = { matchedText: 'https://shop.example', title: 'Shop', description: '', jpegThumbnail: PIXEL }
    assert.deepEqual(
      await contentIn({ ephemeralMessage: { message: { extendedTextMessage: { text: 'see', ...link } } } }),
      {
        ...{ kind: 'text', text: 'see' },
        preview: {
          ...{ title: 'Shop', description: '', link: 'https://shop.example', jpegThumbnail: BASE64, urlFile: '' },
          size: 'small',
        },
      },
    )
  })

  test('files: every sort, what is needed to fetch it, its name', async () => {
    const kinds: readonly [WaMessage, object][] = [
      [{ imageMessage: file({ caption: 'look' }) }, { type: 'image', caption: 'look', name: '3EB0FF.jpg' }],
      [{ videoMessage: file({ mimetype: 'video/mp4', gifPlayback: true }) }, { type: 'video', isAnimated: true }],
      [{ ptvMessage: file({ mimetype: 'video/mp4' }) }, { type: 'video', isVideoNote: true, name: '3EB0FF.mp4' }],
      [{ audioMessage: file({ mimetype: 'audio/ogg; codecs=opus', ptt: true }) }, { type: 'audio', isVoice: true }],
      [{ audioMessage: file({ mimetype: 'audio/mpeg' }) }, { type: 'audio', name: '3EB0FF.mp3' }],
      [
        { documentWithCaptionMessage: { message: { documentMessage: file({ fileName: 'a.pdf', caption: 'c' }) } } },
        { type: 'document', name: 'a.pdf', caption: 'c' },
      ],
      [
        { lottieStickerMessage: { message: { stickerMessage: file({ isAnimated: true, pngThumbnail: PIXEL }) } } },
        { type: 'sticker', isAnimated: true, jpegThumbnail: BASE64 },
      ],
      [{ viewOnceMessageV2: { message: { imageMessage: file() } } }, { type: 'image' }],
    ]
    for (const [message, expected] of kinds) {
      const content = await contentIn(message, { id: '3EB0FF' })
      assert.ok(content?.kind === 'file' && content.file.at === 'here')
      assert.deepEqual({ ...content, ...expected }, content)
      assert.deepEqual([content.file.sha256, content.file.size], [SHA256.toString('hex'), 8])
      assert.notEqual(content.file.remote, undefined)
    }
  })

  test('a file that is too large, or that cannot be opened, is nowhere', async () => {
    const large = await contentIn({ imageMessage: file({ fileLength: FILE_LIMIT_BYTES + 1 }) })
    assert.deepEqual(large?.kind === 'file' && large.file, { at: 'nowhere', why: 'tooLarge' })
    const lost = await contentIn({ imageMessage: file({ mediaKey: new Uint8Array(3) }) })
    assert.deepEqual(lost?.kind === 'file' && lost.file, { at: 'nowhere', why: 'lost' })
  })

  test('places, also of those who go on', async () => {
    const place = { degreesLatitude: 55.75, degreesLongitude: -37.61, jpegThumbnail: PIXEL }
    const expected = { kind: 'location', latitude: 55.75, longitude: -37.61, address: '', jpegThumbnail: BASE64 }
    assert.deepEqual(await contentIn({ locationMessage: { ...place, name: 'Square' } }), {
      ...expected,
      name: 'Square',
    })
    assert.deepEqual(await contentIn({ liveLocationMessage: { ...place, caption: 'on my way' } }), {
      ...{ ...expected, name: 'on my way' },
    })
    assert.equal(await contentIn({ locationMessage: { degreesLatitude: 91, degreesLongitude: 0 } }), null)
    assert.equal(await contentIn({ locationMessage: { degreesLatitude: Number.NaN, degreesLongitude: 0 } }), null)
  })

  test('contacts: one or several, with the account that a card names', async () => {
    const vcard = 'BEGIN:VCARD\r\nTEL;waid=79001000003:+7 900 100 0003\r\nEND:VCARD'
    const card = { displayName: 'Anna', vcard }
    const shown = { displayName: 'Anna', vcard: vcard.replaceAll('\r\n', '\n'), chat: OTHER.chat }
    assert.deepEqual(await contentIn({ contactMessage: card }), { kind: 'contacts', contacts: [shown] })
    const two = { contactsArrayMessage: { contacts: [card, { displayName: 'B', vcard: 'x' }] } }
    assert.deepEqual(await contentIn(two), {
      ...{ kind: 'contacts', contacts: [shown, { displayName: 'B', vcard: 'x' }] },
    })
  })

  test('polls of each version', async () => {
    const creation = {
      name: 'When?',
      options: [{ optionName: 'today' }, { optionName: 'later' }],
      selectableOptionsCount: 1,
    }
    const expected = { kind: 'poll', question: 'When?', options: ['today', 'later'], multipleAnswers: false }
    const many = { ...expected, multipleAnswers: true }
    assert.deepEqual(await contentIn({ pollCreationMessageV3: creation }), expected)
    assert.deepEqual(await contentIn({ pollCreationMessageV5: creation }), expected)
    assert.deepEqual(await contentIn({ pollCreationMessage: { ...creation, selectableOptionsCount: 0 } }), many)
    assert.deepEqual(
      await contentIn({ pollCreationMessageV4: { message: { pollCreationMessageV2: creation } } }),
      expected,
    )
  })

  test('reactions name whose message it is', async () => {
    const key = { id: '3EB0TARGET', remoteJid: OWN.pn }
    const reaction = (more: object): WaMessage => ({ reactionMessage: { key: { ...key, ...more }, text: '👍' } })
    const to = (participant: string) => ({ kind: 'reaction', target: '3EB0TARGET', participant, emoji: '👍' })
    assert.deepEqual(await contentIn(reaction({ fromMe: true })), to(PEER.chat))
    assert.deepEqual(await contentIn(reaction({ fromMe: false })), to('79001000001@c.us'))
    const group = { from: GROUP, participant: PEER.pn }
    assert.deepEqual(await contentIn(reaction({ participant: OTHER.pn }), group), to(OTHER.chat))
    assert.deepEqual(await contentIn({ reactionMessage: { key: { ...key, fromMe: true }, text: '' } }), {
      ...{ ...to(PEER.chat), emoji: '' },
    })
  })

  test('edits and deletions, by their author alone', async () => {
    const rig = await openRig()
    const of = async (message: WaMessage, attrs = {}) => (await read(rig, message, attrs))?.content ?? null
    const target = '3EB0EDITED' as MessageId
    const edit = (editedMessage: WaMessage): WaMessage => ({
      editedMessage: { message: { protocolMessage: { type: 14, key: { id: target }, editedMessage } } },
    })
    const revoke: WaMessage = { protocolMessage: { type: 0, key: { id: target, fromMe: true } } }
    await of({ conversation: 'helo' }, { id: target })
    assert.deepEqual(await of(edit({ conversation: 'hello' })), {
      kind: 'edit',
      target,
      text: 'hello',
      isCaption: false,
    })
    assert.deepEqual(await of(edit({ imageMessage: { caption: 'c' } })), {
      ...{ kind: 'edit', target, text: 'c', isCaption: true },
    })
    assert.deepEqual(await of(revoke), { kind: 'deletion', target, forEveryone: true })
    const own = '3EB0OWN' as MessageId
    const mine: WaMessage = { deviceSentMessage: { destinationJid: PEER.pn, message: { conversation: 'mine' } } }
    await of(mine, { id: own, from: OWN.pn, recipient: PEER.pn, sender_lid: '' })
    assert.equal(await of({ protocolMessage: { type: 0, key: { id: own } } }), null)
    assert.equal(
      await of({ protocolMessage: { type: 14, key: { id: own }, editedMessage: { conversation: 'x' } } }),
      null,
    )
  })

  test('in a group its admins delete what others said, and nobody else does', async () => {
    const target = '3EB0DELETED' as MessageId
    const revoke: WaMessage = { protocolMessage: { type: 0, key: { id: target, participant: OTHER.lid } } }
    const by = (who: typeof OWN) => ({ from: GROUP, participant: who.lid, participant_pn: who.pn, sender_lid: '' })
    const deletedBy = async (who: typeof OWN, groups?: readonly GroupMetadata[]) => {
      const rig = await openRig(groups === undefined ? {} : { groups })
      await read(rig, { conversation: 'mine' }, { id: target, ...by(OTHER) })
      return (await read(rig, revoke, by(who)))?.content.kind ?? null
    }
    assert.equal(await deletedBy(PEER), null)
    assert.equal(await deletedBy(OTHER), 'deletion')
    assert.equal(await deletedBy(OWN), 'deletion')
    const participants = GROUP_DATA.participants.map((one) =>
      one.id === PEER.lid ? { ...one, admin: 'admin' as const } : one,
    )
    assert.equal(await deletedBy(PEER, [{ ...GROUP_DATA, participants }]), 'deletion')
    assert.equal(await deletedBy(PEER, []), 'deletion')
  })

  test('an author stays who they are when their number becomes known', async () => {
    const rig = await openRig()
    const target = '3EB0HIDDEN' as MessageId
    const by = { from: GROUP, participant: PEER.lid, sender_lid: '' }
    await read(rig, { conversation: 'helo' }, { id: target, ...by })
    const edit = { protocolMessage: { type: 14, key: { id: target }, editedMessage: { conversation: 'hello' } } }
    const content = (await read(rig, edit, { ...by, participant_pn: PEER.pn }))?.content
    assert.deepEqual(content, { kind: 'edit', target, text: 'hello', isCaption: false })
  })

  test('a chat whose number becomes known is told by both names, and its changes by where the original is', async () => {
    const rig = await openRig()
    const eventOf = async (message: WaMessage, attrs: Record<string, string>) => {
      const draft = await makeReadPlain(rig)(stanza(attrs), encoded(rig.engine, message))
      await commit(rig, draft)
      const [event] = draft.events
      assert.ok(event?.kind === 'message')
      return event
    }
    const target = '3EB0BEFORE' as MessageId
    const before = await eventOf({ conversation: 'helo' }, { id: target, from: PEER.lid, sender_lid: '' })
    assert.deepEqual([before.message.chat.id, before.aliases, before.original], [PEER.lid, undefined, undefined])
    const edit = { protocolMessage: { type: 14, key: { id: target }, editedMessage: { conversation: 'hello' } } }
    const change = await eventOf(edit, { from: PEER.pn, sender_lid: PEER.lid })
    assert.deepEqual([change.message.chat.id, change.aliases], [PEER.chat, [PEER.lid]])
    assert.deepEqual(change.original, { chat: PEER.lid, id: target, isAllowed: true })
    const unknown = { protocolMessage: { type: 0, key: { id: '3EB0NOBODYS' } } }
    assert.equal((await eventOf(unknown, { from: PEER.pn, sender_lid: PEER.lid })).original, undefined)
    const theirs = { from: GROUP, participant: OTHER.lid, participant_pn: OTHER.pn, sender_lid: '' }
    assert.equal((await eventOf({ conversation: 'x' }, { id: '3EB0THEIRS', ...theirs })).aliases, undefined)
    const revoke = { protocolMessage: { type: 0, key: { id: '3EB0THEIRS', participant: OTHER.lid } } }
    const byAdmin = await eventOf(revoke, { ...theirs, participant: OWN.lid, participant_pn: OWN.pn })
    assert.deepEqual(byAdmin.original, { chat: GROUP, id: '3EB0THEIRS', isAllowed: true })
  })

  test('buttons of each style, lists, and what has no button that is known', async () => {
    const buttons = [
      { id: 'yes', text: 'Yes', action: 'reply', value: '' },
      { id: '1', text: 'Call', action: 'call', value: '79001000009' },
    ]
    const said = { kind: 'buttons', header: 'H', body: 'B', footer: 'F' }
    const native = (name: string, params: object) => ({ name, buttonParamsJson: JSON.stringify(params) })
    const interactive: WaMessage = {
      interactiveMessage: {
        ...{ header: { title: 'H' }, body: { text: 'B' }, footer: { text: 'F' } },
        nativeFlowMessage: {
          buttons: [
            native('quick_reply', { display_text: 'Yes', id: 'yes' }),
            native('cta_call', { display_text: 'Call', id: '1', phone_number: '79001000009' }),
            native('new_kind', {}),
            { name: 'cta_url', buttonParamsJson: 'no json' },
          ],
        },
      },
    }
    assert.deepEqual(await contentIn({ viewOnceMessage: { message: interactive } }), {
      ...{ ...said, style: 'interactive', buttons: [...buttons, { id: '', text: '', action: 'url', value: '' }] },
    })
    const template: WaMessage = {
      templateMessage: {
        hydratedTemplate: {
          ...{ hydratedTitleText: 'H', hydratedContentText: 'B', hydratedFooterText: 'F' },
          hydratedButtons: [
            { index: 0, quickReplyButton: { displayText: 'Yes', id: 'yes' } },
            { index: 1, callButton: { displayText: 'Call', phoneNumber: '79001000009' } },
          ],
        },
      },
    }
    assert.deepEqual(await contentIn(template), { ...said, style: 'template', buttons })
    const plain: WaMessage = {
      buttonsMessage: {
        ...{ text: 'H', contentText: 'B', footerText: 'F' },
        buttons: [{ buttonId: 'yes', buttonText: { displayText: 'Yes' } }],
      },
    }
    assert.deepEqual(await contentIn(plain), { ...said, style: 'plain', buttons: buttons.slice(0, 1) })
    const bare: WaMessage = { interactiveMessage: { body: { text: 'B' }, nativeFlowMessage: { buttons: [] } } }
    assert.deepEqual(await contentIn(bare), { kind: 'text', text: 'B' })
  })

  test('lists, the older and the native', async () => {
    const row = { title: 'Tea', description: 'green' }
    const expected = {
      ...{ kind: 'list', title: 'Menu', body: 'Choose', footer: 'F', buttonText: 'Show' },
      sections: [{ title: 'Hot', rows: [{ id: 'tea', ...row }] }],
    }
    const older: WaMessage = {
      listMessage: {
        ...{ title: 'Menu', description: 'Choose', footerText: 'F', buttonText: 'Show' },
        sections: [{ title: 'Hot', rows: [{ rowId: 'tea', ...row }] }],
      },
    }
    assert.deepEqual(await contentIn(older), expected)
    const params = { title: 'Show', sections: [{ title: 'Hot', rows: [{ id: 'tea', ...row }, 7] }, null] }
    const native: WaMessage = {
      interactiveMessage: {
        ...{ header: { title: 'Menu' }, body: { text: 'Choose' }, footer: { text: 'F' } },
        nativeFlowMessage: { buttons: [{ name: 'single_select', buttonParamsJson: JSON.stringify(params) }] },
      },
    }
    assert.deepEqual(await contentIn(native), expected)
  })

  test('choices of each sort find their place in what was answered', async () => {
    const rig = await openRig()
    const target = '3EB0BUTTONS' as MessageId
    const list: WaMessage = {
      listMessage: { title: 'M', sections: [{ title: '', rows: [{ rowId: 'a' }, { rowId: 'b', title: 'B' }] }] },
    }
    await read(rig, list, { id: target })
    const contextInfo = { stanzaId: target, participant: PEER.pn }
    const of = async (message: WaMessage) => (await read(rig, message))?.content
    const listAnswer = { title: 'B', singleSelectReply: { selectedRowId: 'b' }, contextInfo }
    assert.deepEqual(await of({ listResponseMessage: listAnswer }), {
      ...{ kind: 'choice', of: 'list', target, id: 'b', index: 1, text: 'B' },
    })
    const plain = { selectedButtonId: 'yes', selectedDisplayText: 'Yes', contextInfo }
    assert.deepEqual(await of({ buttonsResponseMessage: plain }), {
      ...{ kind: 'choice', of: 'plain', target, id: 'yes', index: 0, text: 'Yes' },
    })
    const template = { selectedId: 'no', selectedDisplayText: 'No', selectedIndex: 2, contextInfo }
    assert.deepEqual(await of({ templateButtonReplyMessage: template }), {
      ...{ kind: 'choice', of: 'template', target, id: 'no', index: 2, text: 'No' },
    })
    const flow = { name: 'quick_reply', paramsJson: '{"id":"yes"}' }
    assert.deepEqual(
      await of({ interactiveResponseMessage: { body: { text: 'Yes' }, nativeFlowResponseMessage: flow, contextInfo } }),
      { kind: 'choice', of: 'interactive', target, id: 'yes', index: 0, text: 'Yes' },
    )
  })

  test('invites, products and orders', async () => {
    const invite = { groupJid: GROUP, groupName: 'Friends', inviteCode: 'AbC', inviteExpiration: 1_760_086_400 }
    assert.deepEqual(await contentIn({ groupInviteMessage: invite }), {
      ...{ kind: 'groupInvite', group: GROUP, groupName: 'Friends', code: 'AbC', expiresAt: 1_760_086_400_000 },
      ...{ caption: '', jpegThumbnail: '' },
    })
    const product = { productId: 'p1', title: 'Cup', currencyCode: 'EUR', priceAmount1000: 9500, productImageCount: 1 }
    const shown = await contentIn({ productMessage: { product: { ...product, productImage: file() } } })
    assert.ok(shown?.kind === 'product')
    assert.deepEqual([shown.productId, shown.price, shown.currency, shown.imageCount], ['p1', '9.50', 'EUR', 1])
    assert.equal(shown.image?.file.at, 'here')
    const order = { orderId: 'o', token: 't', orderTitle: 'Two', itemCount: 2, totalCurrencyCode: 'EUR' }
    assert.deepEqual(await contentIn({ orderMessage: { ...order, totalAmount1000: 19_000, sellerJid: PEER.pn } }), {
      ...{ kind: 'order', orderId: 'o', token: 't', title: 'Two', itemCount: 2, currency: 'EUR' },
      ...{ total: '1900', seller: PEER.chat },
    })
  })

  test('statuses: words with their colour and font; a status is in no chat of the list', async () => {
    const rig = await openRig()
    const attrs = { from: 'status@broadcast', participant: PEER.lid, participant_pn: PEER.pn, sender_lid: '' }
    const said = { text: 'Open!', backgroundArgb: 0xff87ceeb, font: 1 }
    const message = await read(rig, { extendedTextMessage: said }, attrs)
    assert.deepEqual([message?.chat.id, message?.author.id], ['status@broadcast', PEER.chat])
    assert.deepEqual(message?.content, {
      ...{ kind: 'statusText', text: 'Open!', backgroundColor: '#87CEEB', font: 'SERIF' },
    })
    assert.equal((await rig.directory.chats()).size, 0)
  })

  test('replies bring what they are about, and no further', async () => {
    const inner = { quotedMessage: { conversation: 'first' }, stanzaId: '3EB01' }
    const quoted = { extendedTextMessage: { text: 'second', contextInfo: inner } }
    const contextInfo = { stanzaId: '3EB02', participant: OWN.lid, quotedMessage: quoted, forwardingScore: 4 }
    assert.deepEqual(
      await contentIn({ imageMessage: { ...file(), contextInfo } }).then((c) => c && 'quote' in c && c.quote),
      {
        ...{ id: '3EB02', participant: '79001000001@c.us', content: { kind: 'text', text: 'second' } },
      },
    )
    const unseen = { stanzaId: '3EB03', participant: PEER.pn, quotedMessage: { reactionMessage: { text: 'x' } } }
    assert.deepEqual(await contentIn({ extendedTextMessage: { text: 'x', contextInfo: unseen } }), {
      ...{ kind: 'text', text: 'x', quote: { id: '3EB03', participant: PEER.chat as ChatId, content: null } },
    })
  })
})

describe('what our phone says when it is asked', { skip }, () => {
  const bytesOf = ({ engine: { proto } }: Rig, info: WaMessageInfo) =>
    proto.WebMessageInfo.encode(proto.WebMessageInfo.fromObject(info)).finish()
  const answered = (rig: Rig, info: WaMessageInfo, attrs: Record<string, string> = {}) => {
    const webMessageInfoBytes = bytesOf(rig, info)
    const results = [
      {},
      { placeholderMessageResendResponse: { webMessageInfoBytes: Uint8Array.of(255) } },
      { placeholderMessageResendResponse: { webMessageInfoBytes } },
    ]
    const answer = { type: 17, peerDataOperationRequestResponseMessage: { peerDataOperationResult: results } }
    return read(rig, { protocolMessage: answer }, { from: OWN.pn, sender_lid: '', category: 'peer', ...attrs })
  }
  const asked: WaMessageInfo = {
    key: { id: '3EB0GONE', remoteJid: GROUP, participant: PEER.pn, fromMe: false },
    ...{ message: { conversation: 'here it is' }, messageTimestamp: 1_760_000_100, pushName: 'Peter' },
  }

  test('is the message itself, in its chat, from its author, and news', async () => {
    const rig = await openRig()
    const message = await answered(rig, asked)
    assert.deepEqual(
      [message?.id, message?.direction, message?.chat.id, message?.author.id, message?.at],
      ['3EB0GONE', 'in', GROUP, PEER.chat, 1_760_000_100_000],
    )
    assert.deepEqual(message?.content, { kind: 'text', text: 'here it is' })
    assert.equal((await rig.directory.chat(GROUP))?.unreadCount, 1)
    assert.ok(rig.host.events.every((event) => event.kind !== 'message' || event.isPast !== true))
  })

  test('takes the place of what waits to be told as a marker', async () => {
    const rig = await openRig()
    const read: string[] = []
    const watch = { read: ({ id, chat }: { id: string; chat: string }) => void read.push(id, chat) }
    const webMessageInfoBytes = bytesOf(rig, asked)
    const peerDataOperationResult = [{ placeholderMessageResendResponse: { webMessageInfoBytes } }]
    const answer = { type: 17, peerDataOperationRequestResponseMessage: { peerDataOperationResult } }
    const plain = encoded(rig.engine, { protocolMessage: answer })
    await makeReadPlain(rig, watch)(stanza({ from: OWN.pn, sender_lid: '', category: 'peer' }), plain)
    assert.deepEqual(read, ['3EB0GONE', GROUP])
  })

  test('nobody else can say it, nor our phone in a chat', async () => {
    const rig = await openRig()
    assert.equal(await answered(rig, asked, { from: PEER.pn, sender_lid: PEER.lid }), null)
    assert.equal(await answered(rig, asked, { category: '', recipient: PEER.pn }), null)
    assert.equal((await rig.directory.chat(GROUP))?.unreadCount ?? 0, 0)
  })
})
