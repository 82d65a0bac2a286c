// Truth: nothing that anybody sends makes a reader throw, and what it makes of it is bounded and fits the contract's shape.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { engineIsInstalled } from '../engine/load.ts'
import type { BinaryNode } from '../engine/engine.ts'
import type { WaMessage } from '../engine/proto.ts'
import { followCalls } from './calls.ts'
import { makeReadPlain } from './read-plain.ts'
import { followReceipts } from './receipts.ts'
import { encoded, GROUP, openRig, OTHER, OWN, PEER } from '../../../../test/whatsapp/support/inbound-rig.ts'
import { Undecrypted } from './undecrypted.ts'

const skip = engineIsInstalled() ? false : 'the WhatsApp engine is not installed'
const LARGEST_JSON = 2_000_000

const jids = fc.oneof(
  fc.constantFrom(
    OWN.pn,
    OWN.lid,
    PEER.pn,
    PEER.lid,
    OTHER.pn,
    GROUP,
    'status@broadcast',
    '1@broadcast',
    '1@newsletter',
  ),
  fc.constantFrom('', '@', '7@lid', '7:99999999@lid', 's.whatsapp.net', '__proto__', '0@s.whatsapp.net'),
  fc.string(),
)
const words = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    '\0',
    '\ud800',
    'x'.repeat(100_000),
    '{}',
    '[]',
    '{"sections":[{"rows":"no"}],"id":7}',
    'null',
    '-1',
  ),
)
const numbers = fc.oneof(fc.integer(), fc.constantFrom(0, -1, 2 ** 31 - 1, 2 ** 32 - 1, 14))
const bytes = fc.uint8Array({ maxLength: 64 })
const values = fc.oneof(words, numbers, bytes, fc.boolean(), jids)

/** Names of the protocol's fields, with values that often are of another type: those the encoder refuses are no messages. */
const NAMES = [
  ...['text', 'caption', 'url', 'directPath', 'mediaKey', 'fileSha256', 'fileLength', 'mimetype', 'fileName', 'name'],
  ...['degreesLatitude', 'degreesLongitude', 'displayName', 'vcard', 'type', 'paramsJson', 'stanzaId', 'participant'],
  ...['jpegThumbnail', 'selectedId', 'groupJid', 'inviteCode', 'inviteExpiration', 'font', 'backgroundArgb', 'title'],
  ...['orderId', 'itemCount', 'totalAmount1000', 'sellerJid', 'forwardingScore', 'matchedText', 'ephemeralExpiration'],
]
const leaf = fc.dictionary(fc.constantFrom(...NAMES), values, { maxKeys: 6, noNullPrototype: true })
const FIELDS = [
  ...['extendedTextMessage', 'imageMessage', 'videoMessage', 'ptvMessage', 'audioMessage', 'documentMessage'],
  ...['stickerMessage', 'locationMessage', 'liveLocationMessage', 'contactMessage', 'contactsArrayMessage'],
  ...['pollCreationMessage', 'pollUpdateMessage', 'reactionMessage', 'protocolMessage', 'buttonsMessage'],
  ...['buttonsResponseMessage', 'listMessage', 'listResponseMessage', 'templateMessage', 'interactiveMessage'],
  ...['interactiveResponseMessage', 'groupInviteMessage', 'productMessage', 'orderMessage', 'callLogMesssage'],
  ...['pinInChatMessage', 'eventMessage', 'messageContextInfo', 'senderKeyDistributionMessage'],
]
const messages = fc.letrec<{ message: object }>((tie) => ({
  message: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record({ conversation: words }),
    fc.dictionary(fc.constantFrom(...FIELDS), leaf, { maxKeys: 2, noNullPrototype: true }),
    fc.record({ ephemeralMessage: fc.record({ message: tie('message') }) }),
    fc.record({ viewOnceMessage: fc.record({ message: tie('message') }) }),
    fc.record({ deviceSentMessage: fc.record({ destinationJid: jids, message: tie('message') }) }),
    fc.record({
      protocolMessage: fc.record({ type: numbers, key: fc.record({ id: words }), editedMessage: tie('message') }),
    }),
    fc.record({
      extendedTextMessage: fc.record({
        text: words,
        contextInfo: fc.record({ stanzaId: words, participant: jids, quotedMessage: tie('message') }),
      }),
    }),
  ),
})).message

const attributes = fc.dictionary(
  fc.constantFrom(
    'id',
    'from',
    'participant',
    'recipient',
    't',
    'notify',
    'type',
    'sender_pn',
    'sender_lid',
    'category',
  ),
  fc.oneof(jids, words),
  { noNullPrototype: true },
)
const likely = fc.record({
  id: fc.constant('3EB0'),
  from: jids,
  participant: jids,
  t: fc.constantFrom('1', 'x', '9'.repeat(30)),
})

describe('what others send', { skip }, () => {
  test('messages of the protocol with anything in them', async () => {
    const rig = await openRig()
    const read = makeReadPlain(rig)
    await fc.assert(
      fc.asyncProperty(fc.oneof(likely, attributes), messages, async (attrs, message) => {
        const plain = encodable(rig, message)
        if (plain === null) return
        const draft = await read({ tag: 'message', attrs }, plain)
        assert.ok(JSON.stringify(draft.events).length < LARGEST_JSON)
        for (const event of draft.events) if (event.kind === 'message') assert.notEqual(event.message.chat.id, '')
      }),
      { numRuns: 1_500 },
    )
  })

  test('bytes that are no message', async () => {
    const rig = await openRig()
    const read = makeReadPlain(rig)
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (plain) => {
        await read({ tag: 'message', attrs: { id: '3EB0', from: PEER.pn } }, plain)
      }),
    )
    const deep = Buffer.alloc(60_000, 0xc2)
    assert.deepEqual((await read({ tag: 'message', attrs: { id: '3EB0', from: PEER.pn } }, deep)).events, [])
  })

  test('a message in a thousand envelopes says nothing', async () => {
    const rig = await openRig()
    let message: WaMessage = { conversation: 'deep' }
    for (let depth = 0; depth < 1_000; depth += 1) message = { ephemeralMessage: { message } }
    const plain = encodable(rig, message)
    if (plain !== null)
      assert.deepEqual(
        (await makeReadPlain(rig)({ tag: 'message', attrs: { id: '3EB0', from: PEER.pn } }, plain)).events,
        [],
      )
  })

  test('receipts, calls and stanzas that cannot be read, with anything in them', async () => {
    const rig = await openRig()
    const [receipts, calls, undecrypted] = [followReceipts(rig), followCalls(rig), new Undecrypted(rig)]
    const nodes = fc.letrec<{ node: BinaryNode }>((tie) => ({
      node: fc.record({
        tag: fc.constantFrom('list', 'item', 'offer', 'terminate', 'accept', 'x'),
        attrs: fc.dictionary(fc.constantFrom('id', 'call-id', 'call-creator', 'duration', 'reason'), words, {
          noNullPrototype: true,
        }),
        content: fc.oneof({ maxDepth: 2 }, fc.constant(''), words, fc.array(tie('node'), { maxLength: 3 })),
      }),
    })).node
    await fc.assert(
      fc.asyncProperty(attributes, fc.array(nodes, { maxLength: 3 }), async (attrs, content) => {
        await Promise.all([receipts({ tag: 'receipt', attrs, content }), calls({ tag: 'call', attrs, content })])
        await undecrypted.failed({ tag: 'message', attrs, content }, new Error('Bad MAC'))
      }),
      { numRuns: 300 },
    )
    undecrypted.stop()
  })
})

function encodable(rig: Awaited<ReturnType<typeof openRig>>, message: object): Uint8Array | null {
  try {
    return encoded(rig.engine, message)
  } catch {
    return null
  }
}
