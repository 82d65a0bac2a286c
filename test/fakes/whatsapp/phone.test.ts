// Truth: what an unmodified engine sends, reads and asks for again, and the phones' own way of reading against what was said.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { until } from '../../../src/lib/until.ts'
import { EngineClient, engineLoads } from './engine-client.ts'
import { jidOf } from './jid.ts'
import type { Group, Node } from './network.ts'
import { makePhone } from './phone.ts'
import type { ProtoMessage } from './proto-message.ts'
import { startFakeWhatsApp, type FakeWhatsApp } from './server.ts'
import { trustFakeWhatsApp } from './trust.ts'
import { isVirtualPhone, type PhoneContent, type PhoneFile, type Sayable, type VirtualPhone } from './virtual-phone.ts'

const skip = (await engineLoads()) ? false : 'the WhatsApp engine is not installed'

const OWN = '4915100000001'
const PEER = '4915100000002'
const OTHER = '4915100000003'
const GROUP = '120363000000000001@g.us'
const PIXEL = Buffer.from('a small picture').toString('base64')

interface Key {
  readonly id: string
  readonly remoteJid: string
  readonly fromMe: boolean
  readonly participant?: string
}
interface Received {
  readonly key: Key
  readonly message?: ProtoMessage | null
}
interface Vote {
  readonly selectedOptions: readonly Uint8Array[]
}
interface Engine {
  downloadMediaMessage(message: Received, type: 'buffer', options: object): Promise<Buffer>
  decryptPollVote(vote: object, names: object): Vote
}

/** An engine, what it received by id, and what it was told of its own messages. */
class Device {
  readonly client: EngineClient
  readonly received = new Map<string, Received>()
  /** As they came; the engine itself makes one of several that come together. */
  readonly stanzas: Node[] = []
  readonly receipts: { key: Key; receipt: { readTimestamp?: number; receiptTimestamp?: number } }[] = []
  readonly typing: { id: string; presences: Record<string, { lastKnownPresence: string }> }[] = []
  readonly #sent = new Map<string, unknown>()

  constructor(fake: FakeWhatsApp) {
    this.client = new EngineClient(fake.url, {
      getMessage: (key: Key) => Promise.resolve(this.#sent.get(key.id)),
      cachedGroupMetadata: (id: string) => Promise.resolve(metadata(fake, id)),
      emitOwnEvents: false,
    })
  }

  async link(fake: FakeWhatsApp, phone: string): Promise<void> {
    await this.client.connect()
    await fake.scan(phone, await this.client.qr())
    await this.client.opened()
    const on = (event: string, take: (data: never) => void) => this.client.socket.ev.on(event, take)
    on('messages.upsert', ({ messages }: { messages: Received[] }) => {
      for (const message of messages) if (message.message) this.received.set(message.key.id, message)
    })
    this.client.socket.ws.on('CB:receipt', (receipt: never) => void this.stanzas.push(receipt))
    on('message-receipt.update', (receipts: never[]) => void this.receipts.push(...receipts))
    on('presence.update', (presence: never) => void this.typing.push(presence))
  }

  async send(jid: string, content: object, options: object = {}): Promise<string> {
    const sent = (await this.client.socket.sendMessage(jid, content, options)) as unknown as Received
    this.#sent.set(sent.key.id, sent.message)
    return sent.key.id
  }

  /** A message of the protocol as it is. */
  async relay(jid: string, message: ProtoMessage): Promise<string> {
    const socket = this.client.socket as unknown as {
      relayMessage(jid: string, message: object, options: object): Promise<string>
    }
    return await socket.relayMessage(jid, message, {})
  }

  gets(id: string): Promise<Received> {
    return until(() => this.received.get(id), `message ${id} at the device`)
  }

  hasReceipt(id: string, type?: string): boolean {
    return this.stanzas.some(({ attrs }) => attrs['id'] === id && attrs['type'] === type)
  }

  getsReceipt(id: string, type?: string): Promise<boolean> {
    return until(() => this.hasReceipt(id, type), `receipt ${type ?? 'of delivery'} of ${id}`)
  }
}

/** What the group's members are, as an engine that asked for it would know. */
function metadata({ network }: FakeWhatsApp, id: string): object | undefined {
  const group = network.groups.get(id)
  if (group === undefined) return undefined
  const participants = [...group.members.keys()].map((phone) => ({ id: jidOf(network.account(phone), 'lid') }))
  return { id, subject: group.subject, participants, addressingMode: 'lid' }
}

describe('the phones of the fake WhatsApp, with the engine itself', { skip, timeout: 120_000 }, () => {
  let fake: FakeWhatsApp
  let distrust: () => void
  let engine: Engine
  let device: Device
  const phone = (number: string): VirtualPhone => {
    const { phoneDevice } = fake.network.account(number)
    assert.ok(isVirtualPhone(phoneDevice))
    return phoneDevice
  }
  const jid = (number: string, form: 'pn' | 'lid' = 'pn') => jidOf(fake.network.account(number), form)

  const restore = quiet()

  before(async () => {
    engine = (await import(named('baileys'))) as Engine
    fake = await startFakeWhatsApp({ makePhone })
    distrust = await trustFakeWhatsApp(fake)
    for (const number of [OWN, PEER, OTHER]) phone(number)
    const { groups } = fake.network
    groups.set(GROUP, groupOf([OWN, PEER, OTHER]))
    device = new Device(fake)
    await device.link(fake, OWN)
  })

  after(async () => {
    for (const number of [OWN, PEER, OTHER]) assert.deepEqual(phone(number).troubles, [])
    await device.client.end()
    await fake.close()
    distrust()
    restore()
  })

  for (const form of ['pn', 'lid'] as const)
    test(`texts both ways, addressed by ${form}`, async () => {
      phone(PEER).settings.addressing = form
      const id = await phone(PEER).say(OWN, `hello by ${form}`)
      const { key, message } = await device.gets(id)
      assert.deepEqual([key.remoteJid, key.fromMe], [jid(PEER, form), false])
      assert.equal(message?.conversation, `hello by ${form}`)
      await until(() => phone(PEER).message(id)?.progress.get(OWN) === 'delivered', 'the receipt at the phone')
      const answer = await device.send(jid(PEER, form), { text: `back by ${form}` })
      const seen = await phone(PEER).sees((one) => one.id === answer)
      assert.deepEqual(seen.content, { kind: 'text', text: `back by ${form}` })
      assert.deepEqual([seen.chat, seen.author, seen.device, seen.isOwn], [OWN, OWN, 1, false])
      await device.getsReceipt(answer)
      assert.ok((await phone(PEER).read(OWN)) > 0)
      await device.getsReceipt(answer, 'read')
      phone(PEER).settings.addressing = 'pn'
    })

  test('ids look as phones make them', async () => {
    assert.match(await phone(PEER).say(OTHER, 'as one kind does'), /^3A[0-9A-F]{18}$/)
    assert.match(await phone(OTHER).say(PEER, 'as the other does'), /^AC[0-9A-F]{30}$/)
  })

  test('what the own phone says comes to the device, and what the device says to the own phone', async () => {
    const id = await phone(OWN).say(PEER, 'from the phone')
    const { key } = await device.gets(id)
    assert.deepEqual([key.remoteJid, key.fromMe], [jid(PEER), true])
    await phone(PEER).sees((one) => one.id === id)
    await device.getsReceipt(id)
    const other = await device.send(jid(PEER), { text: 'from the device' })
    const seen = await phone(OWN).sees((one) => one.id === other)
    assert.deepEqual([seen.chat, seen.isOwn, seen.device], [PEER, true, 1])
    await until(() => seen.progress.get(PEER) === 'delivered', 'the receipt at the own phone')
  })

  for (const [name, say] of Object.entries(samples()))
    test(`${name}: the device gets it, and the phone reads it back`, async () => {
      const what = await say(phone(PEER))
      const id = await phone(PEER).say(OWN, what)
      const { message } = await device.gets(id)
      assert.ok(message)
      const rest = { ...message }
      delete rest.messageContextInfo
      const told = await phone(OWN).sees((one) => one.id === id)
      assert.deepEqual(withLength(told.content), withLength(what))
      const back = await device.relay(jid(PEER), rest)
      const seen = await phone(PEER).sees((one) => one.id === back)
      assert.deepEqual(withLength(seen.content), withLength(what))
    })

  test('media of the device: uploaded, fetched, and the hashes right', async () => {
    const bytes = Buffer.from('the bytes of a picture'.repeat(5000))
    const id = await device.send(jid(PEER), { image: bytes, caption: 'look', jpegThumbnail: PIXEL })
    const { content } = await phone(PEER).sees((one) => one.id === id)
    assert.ok(content.kind === 'file' && Buffer.compare(content.bytes, bytes) === 0)
    assert.deepEqual([content.caption, content.mimeType, content.jpegThumbnail], ['look', 'image/jpeg', PIXEL])
  })

  test('media of the phone: the device fetches it; gone, it asks the phone, which brings it again', async () => {
    const bytes = Buffer.from('the bytes of a document'.repeat(5000))
    const file: PhoneFile = { kind: 'file', type: 'document', bytes, mimeType: 'application/pdf', name: 'a.pdf' }
    const message = await device.gets(await phone(PEER).say(OWN, file))
    assert.deepEqual(await engine.downloadMediaMessage(message, 'buffer', {}), bytes)
    fake.media.forget(message.message?.documentMessage?.directPath ?? '')
    await assert.rejects(engine.downloadMediaMessage(message, 'buffer', {}))
    const socket = device.client.socket as unknown as {
      updateMediaMessage(message: Received): Promise<Received>
    }
    const again = await socket.updateMediaMessage(message)
    assert.deepEqual(await engine.downloadMediaMessage(again, 'buffer', {}), bytes)
  })

  test('a vote is under the secret of the poll, and its creator can open it', async () => {
    const secret = Buffer.alloc(32, 7)
    const poll = { name: 'When?', values: ['today', 'tomorrow'], selectableCount: 1, messageSecret: secret }
    const id = await device.send(jid(PEER), { poll })
    await phone(PEER).sees((one) => one.id === id)
    const update = (await device.gets(await phone(PEER).say(OWN, { kind: 'vote', poll: id, choices: ['tomorrow'] })))
      .message?.pollUpdateMessage
    const names = { pollCreatorJid: jid(OWN), voterJid: jid(PEER), pollMsgId: id, pollEncKey: secret }
    const { selectedOptions } = engine.decryptPollVote(update?.vote ?? {}, names)
    const { sha256 } = await import('./media-crypto.ts')
    assert.deepEqual(
      selectedOptions.map((hash) => Buffer.from(hash)),
      [sha256(Buffer.from('tomorrow'))],
    )
    assert.deepEqual(phone(PEER).message(id)?.votes.get(PEER), ['tomorrow'])
    await until(() => phone(OWN).message(id)?.votes.get(PEER)?.[0] === 'tomorrow', 'the vote at the own phone')
  })

  test('reactions, edits and deletions change what the phone shows', async () => {
    const id = await device.send(jid(PEER), { text: 'helo' })
    const key = { remoteJid: jid(PEER), id, fromMe: true }
    const seen = await phone(PEER).sees((one) => one.id === id)
    await phone(PEER).say(OWN, { kind: 'reaction', target: id, emoji: '👍' })
    await until(() => phone(OWN).message(id)?.reactions.get(PEER) === '👍', 'the reaction')
    await device.send(jid(PEER), { text: 'hello', edit: key })
    await until(() => seen.edited === 'hello', 'the edit')
    await device.send(jid(PEER), { delete: key })
    await until(() => seen.isDeleted, 'the deletion')
  })

  test('typing comes to the device', async () => {
    phone(PEER).type(OWN, 'recording')
    const shown = await until(() => device.typing.at(-1), 'typing')
    assert.deepEqual(shown.presences[jid(PEER)]?.lastKnownPresence, 'recording')
  })

  test('what the phone can not read it asks for again, with fresh keys', async () => {
    phone(PEER).settings.failsToRead = 2
    const id = await device.send(jid(PEER), { text: 'twice unread' })
    const seen = await phone(PEER).sees((one) => one.id === id)
    assert.deepEqual(seen.content, { kind: 'text', text: 'twice unread' })
    phone(PEER).forgetSessions(OWN)
    const other = await device.send(jid(PEER), { text: 'under a forgotten session' })
    await phone(PEER).sees((one) => one.id === other)
    assert.ok(phone(PEER).tally.retriesAsked >= 3)
  })

  test('what the device can not read the phone encrypts again', async () => {
    phone(PEER).settings.spoils = 1
    const id = await phone(PEER).say(OWN, 'spoilt')
    assert.equal((await device.gets(id)).message?.conversation, 'spoilt')
    phone(OWN).settings.spoils = 1
    const copy = await phone(OWN).say(PEER, 'a spoilt copy')
    assert.equal((await device.gets(copy)).key.fromMe, true)
    fake.faults.corrupt = 1
    const third = await phone(PEER).say(OWN, 'spoilt on the way')
    assert.equal((await device.gets(third)).message?.conversation, 'spoilt on the way')
    assert.ok(phone(PEER).tally.retriesAnswered >= 2)
  })

  test('a phone that answers no retries leaves it unread; one that gives no receipts is never told of', async () => {
    phone(PEER).settings.answersRetries = false
    phone(PEER).settings.answersReceipts = false
    phone(PEER).settings.spoils = 1
    const asked = new Promise<void>((resolve) => {
      const listen = (_from: unknown, { tag, attrs }: Node) => {
        if (tag === 'receipt' && attrs['type'] === 'retry') resolve()
      }
      fake.network.on('stanza', listen)
    })
    const lost = await phone(PEER).say(OWN, 'never read')
    await asked
    const id = await device.send(jid(PEER), { text: 'no receipt' })
    await phone(PEER).sees((one) => one.id === id)
    phone(PEER).settings.answersRetries = true
    phone(PEER).settings.answersReceipts = true
    await device.getsReceipt(await device.send(jid(PEER), { text: 'with one' }))
    assert.equal(device.received.has(lost), false)
    assert.equal(device.hasReceipt(id), false)
  })

  test('a group both ways, with its keys brought once, retries, and a new key after somebody left', async () => {
    const id = await phone(PEER).say(GROUP, 'to all')
    const { key, message } = await device.gets(id)
    assert.deepEqual([key.remoteJid, key.participant], [GROUP, jid(PEER, 'lid')])
    assert.equal(message?.conversation, 'to all')
    await phone(OTHER).sees((one) => one.id === id && one.chat === GROUP)
    assert.equal((await device.gets(await phone(PEER).say(GROUP, 'again'))).message?.conversation, 'again')
    phone(PEER).settings.spoils = 1
    assert.ok(await device.gets(await phone(PEER).say(GROUP, 'spoilt')))
    const answer = await device.send(GROUP, { text: 'from the device' })
    for (const number of [OWN, PEER, OTHER]) await phone(number).sees((one) => one.id === answer && one.chat === GROUP)
    phone(OTHER).settings.failsToRead = 1
    const unread = await device.send(GROUP, { text: 'unread at first' })
    await phone(OTHER).sees((one) => one.id === unread)
    await phone(OTHER).read(GROUP)
    await until(
      () => device.receipts.some((one) => one.key.id === unread && one.receipt.readTimestamp !== undefined),
      'the read receipt of a member',
    )
    fake.network.groups.get(GROUP)?.members.delete(OTHER)
    assert.equal((await device.gets(await phone(PEER).say(GROUP, 'without one'))).message?.conversation, 'without one')
    const answered = await device.send(GROUP, { text: 'heard by two' })
    await phone(PEER).sees((one) => one.id === answered)
    assert.equal(phone(OTHER).message(answered), undefined)
  })

  test('a status both ways', async () => {
    const status = { kind: 'statusText', text: 'away', backgroundColor: '#102030', font: 'SERIF' } as const
    const id = await phone(PEER).say('status@broadcast', status, { audience: [OWN, OTHER] })
    const { key, message } = await device.gets(id)
    assert.deepEqual([key.remoteJid, key.participant], ['status@broadcast', jid(PEER)])
    assert.equal(message?.extendedTextMessage?.text, 'away')
    const own = await device.send('status@broadcast', { text: 'mine' }, { statusJidList: [jid(PEER), jid(OWN)] })
    const seen = await phone(PEER).sees((one) => one.id === own)
    assert.deepEqual([seen.chat, seen.author], ['status@broadcast', OWN])
    await phone(PEER).read('status@broadcast', own)
    await until(
      () => device.receipts.some((one) => one.key.id === own && one.receipt.readTimestamp !== undefined),
      'view',
    )
  })
})

function groupOf(phones: readonly string[]): Group {
  const [owner = ''] = phones
  return {
    ...{ id: GROUP, subject: 'Friends', subjectBy: owner, subjectAt: 0, description: '', createdAt: 0, owner },
    members: new Map(phones.map((phone) => [phone, { isAdmin: phone === owner }])),
    ...{ announce: false, locked: false, addMode: 'all_member_add', inviteCode: 'AbCdEfGh', ephemeralS: 0 },
  }
}

/** The compiler must not look for a package that may be absent. */
function named(specifier: string): string {
  return specifier
}

/** The engine's Signal prints its sessions, keys and all; the result lets it. */
function quiet(): () => void {
  const { info, warn, error } = console
  const none = () => undefined
  Object.assign(console, { info: none, warn: none, error: none })
  return () => void Object.assign(console, { info, warn, error })
}

/** Numbers, not views on memory, are compared. */
function withLength(content: unknown): unknown {
  if (typeof content === 'string') return { kind: 'text', text: content }
  const copy = { ...(content as { bytes?: Uint8Array; image?: object }) }
  return {
    ...copy,
    ...(copy.bytes !== undefined && { bytes: Buffer.from(copy.bytes).toString() }),
    ...(copy.image !== undefined && { image: withLength(copy.image) }),
  }
}

function samples(): Readonly<Record<string, (phone: VirtualPhone) => Promise<Sayable> | Sayable>> {
  const file = { kind: 'file', bytes: Buffer.from('some bytes'), jpegThumbnail: PIXEL } as const
  const quoted = (what: (id: string) => PhoneContent) => async (phone: VirtualPhone) =>
    what(await phone.say(OWN, 'what comes before'))
  const buttons = (style: 'interactive' | 'plain' | 'template'): PhoneContent => ({
    ...{ kind: 'buttons', style, header: 'Order 7', body: 'Is it right?', footer: 'Soon' },
    buttons: [{ id: 'yes', text: 'Yes', action: 'reply', value: '' }],
  })
  return {
    text: () => 'plain words',
    'text with a preview': () => ({
      ...{ kind: 'text', text: 'see https://shop.example', forwardingScore: 2 },
      preview: {
        ...{ title: 'Shop', description: 'All for sale', link: 'https://shop.example' },
        ...{ jpegThumbnail: PIXEL, urlFile: '', size: 'large' },
      },
    }),
    reply: quoted((quote) => ({ kind: 'text', text: 'an answer', quote })),
    image: () => ({ ...file, type: 'image', mimeType: 'image/jpeg', caption: 'look' }),
    video: () => ({ ...file, type: 'video', mimeType: 'video/mp4', caption: 'look', durationS: 3 }),
    'round video': () => ({ ...file, type: 'video', mimeType: 'video/mp4', isVideoNote: true }),
    audio: () => ({ kind: 'file', type: 'audio', bytes: file.bytes, mimeType: 'audio/mpeg' }),
    voice: () => ({ ...{ kind: 'file', type: 'audio', bytes: file.bytes, mimeType: 'audio/ogg' }, isVoice: true }),
    document: () => ({ ...file, type: 'document', mimeType: 'application/pdf', name: 'договор.pdf', caption: 'look' }),
    sticker: () => ({ ...file, type: 'sticker', mimeType: 'image/webp', isAnimated: true }),
    'view once': () => ({ ...file, type: 'image', mimeType: 'image/jpeg', isViewOnce: true }),
    location: () => ({
      ...{ kind: 'location', latitude: 55.7558, longitude: -37.6173, name: 'Square', address: 'Main street' },
      jpegThumbnail: PIXEL,
    }),
    contact: () => ({ kind: 'contacts', contacts: [{ displayName: 'Anna', vcard: 'BEGIN:VCARD\nEND:VCARD' }] }),
    contacts: () => ({
      kind: 'contacts',
      contacts: ['Anna', 'Boris'].map((displayName) => ({ displayName, vcard: 'BEGIN:VCARD\nEND:VCARD' })),
    }),
    poll: () => ({ kind: 'poll', question: 'When?', options: ['today', 'tomorrow'], multipleAnswers: false }),
    'poll of many': () => ({ kind: 'poll', question: 'What?', options: ['tea', 'milk'], multipleAnswers: true }),
    reaction: quoted((target) => ({ kind: 'reaction', target, emoji: '👍' })),
    edit: quoted((target) => ({ kind: 'edit', target, text: 'in other words' })),
    deletion: quoted((target) => ({ kind: 'deletion', target })),
    'buttons, interactive': () => buttons('interactive'),
    'buttons, plain': () => buttons('plain'),
    'buttons, template': () => buttons('template'),
    list: () => ({
      ...{ kind: 'list', title: 'Menu', body: 'Choose', footer: 'Open till ten', buttonText: 'Show' },
      sections: [{ title: 'Hot', rows: [{ id: 'tea', title: 'Tea', description: 'green' }] }],
    }),
    choice: quoted((target) => ({ kind: 'choice', of: 'interactive', target, id: 'yes', index: 0, text: 'Yes' })),
    'group invite': () => ({
      ...{ kind: 'groupInvite', group: GROUP, groupName: 'Friends', code: 'AbCd1234', expiresAt: 1_900_000_000_000 },
      ...{ caption: 'join us', jpegThumbnail: PIXEL },
    }),
    product: () => ({
      ...{ kind: 'product', productId: 'p1', title: 'Cup', description: 'for tea', currency: 'EUR', price: '9.50' },
      ...{ url: 'https://shop.example/cup', imageCount: 1 },
      image: { ...file, type: 'image', mimeType: 'image/jpeg' },
    }),
    order: () => ({
      ...{ kind: 'order', orderId: 'o1', token: 't1', title: 'Two cups', itemCount: 2, currency: 'EUR' },
      ...{ total: '1900', seller: `${PEER}@s.whatsapp.net` },
    }),
  }
}
