// Truth: what the virtual phones of the fake WhatsApp saw, and what its server said of what was sent.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { PNG } from 'pngjs'
import type { RecordingHost } from '../../src/drivers/conformance/host.ts'
import type { Session, Verdict } from '../../src/drivers/driver.ts'
import { engineIsInstalled } from '../../src/drivers/whatsapp/engine/load.ts'
import { sharp } from '../../src/drivers/whatsapp/media/sharp.ts'
import { until } from '../../src/lib/until.ts'
import { STATUS_CHAT, type Content, type FileContent } from '../../src/model/content.ts'
import { retryOf, type FaultCode } from '../../src/model/fault.ts'
import type { ChatId, MessageId } from '../../src/model/ids.ts'
import type { OutgoingMessage } from '../../src/model/message.ts'
import type { Seen } from '../fakes/whatsapp/virtual-phone.ts'
import type { World } from '../fakes/whatsapp/world.ts'
import { chatOf, Ground, OWN, PEER } from './support/linked.ts'

const skip = engineIsInstalled() ? false : 'the WhatsApp engine is not installed'

const PIXEL = Buffer.from('a small picture').toString('base64')

let lastStranger = 79_005_550_000

describe('sending to the fake WhatsApp', { skip, timeout: 120_000 }, () => {
  let ground: Ground
  let world: World
  let host: RecordingHost
  let session: Session

  before(async () => {
    ground = await Ground.open()
    ;({ world } = ground)
    ;({ host, session } = await ground.linked())
  })
  afterEach(async () => {
    const { faults } = world.network
    faults.ackErrors.clear()
    Object.assign(faults, { cut: null, silent: false, loseAcks: 0 })
    if (host.losses.length > 0) await restart()
  })
  after(() => ground.close())

  async function restart(laterMs = 0): Promise<void> {
    ;({ host, session } = await ground.reopened({ host, session }, laterMs))
  }

  function send(
    message: Partial<OutgoingMessage>,
    id = ground.newId(),
    signal = new AbortController().signal,
  ): Promise<Verdict> {
    return session.send(id, { chat: chatOf(PEER), content: { kind: 'text', text: 'hello' }, ...message }, signal)
  }

  async function sent(content: Content, message: Partial<OutgoingMessage> = {}): Promise<MessageId> {
    const id = ground.newId()
    const verdict = await send({ content, ...message }, id)
    assert.ok(verdict.ok, JSON.stringify(verdict))
    return id
  }

  async function seen(id: string, phone = PEER): Promise<Seen> {
    return await world.phone(phone).sees((message) => message.id === id, 5_000)
  }

  /** A person on WhatsApp with whom nobody has written. */
  function stranger(): string {
    lastStranger += 1
    world.person(String(lastStranger))
    return String(lastStranger)
  }

  function file(type: FileContent['type'], bytes: string, more: Partial<FileContent> = {}): FileContent {
    const about = { name: 'list.pdf', mimeType: 'application/pdf', caption: '', jpegThumbnail: '' }
    return { kind: 'file', type, file: host.keep(Buffer.from(bytes)), ...about, ...more }
  }

  const codeOf = (verdict: Verdict): FaultCode | undefined => (verdict.ok ? undefined : verdict.fault.fault)

  test('words, a preview with its large picture, and how often they were forwarded', async () => {
    const preview = {
      ...{ title: 'Shop', description: 'All for sale', link: 'https://shop.example', urlFile: '' },
      ...{ jpegThumbnail: PIXEL, size: 'large' as const },
    }
    const id = await sent({ kind: 'text', text: 'see https://shop.example', preview, forwardingScore: 3 })
    const message = await seen(id)
    assert.deepEqual(message.content, { kind: 'text', text: 'see https://shop.example', preview, forwardingScore: 3 })
    assert.equal(message.author, OWN)
  })

  describe('a link whose preview nobody gave', () => {
    const LINK = 'https://page.example'
    const linked = (size: 'small' | 'large', link = LINK): Content => {
      const preview = { title: '', description: '', link, jpegThumbnail: '', urlFile: '', size }
      return { kind: 'text', text: `see ${link}`, preview }
    }
    /** A picture that there is, whatever it shows. */
    const picture = PNG.sync.write(new PNG({ width: 400, height: 200, fill: true }))

    for (const size of ['small', 'large'] as const)
      test(`shows what its page says, ${size}`, async (t) => {
        if ((await sharp()) === null) return t.skip('sharp is not installed')
        host.pagePreview = () => Promise.resolve({ title: 'Page', description: 'All of it', image: picture })
        const { content } = await seen(await sent(linked(size)))
        assert.ok(content.kind === 'text' && content.preview !== undefined)
        const { jpegThumbnail, ...words } = content.preview
        assert.deepEqual(words, { title: 'Page', description: 'All of it', link: LINK, urlFile: '', size })
        const jpeg = Buffer.from(jpegThumbnail, 'base64')
        assert.equal(jpeg.subarray(0, 3).toString('hex'), 'ffd8ff')
        assert.ok(jpeg.length <= 20 * 1024)
        assert.equal(content.text, `see ${LINK}`)
      })

    test('is a plain link where the page shows nothing', async () => {
      host.pagePreview = () => Promise.resolve(null)
      const link = 'https://nothing.example'
      const { content } = await seen(await sent(linked('small', link)))
      assert.deepEqual(content, { kind: 'text', text: `see ${link}` })
    })

    test('does not go out once its send was stopped, and is not held up by its page again', async () => {
      const stop = new AbortController()
      host.pagePreview = (_url, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve(null))
          stop.abort()
        })
      const [id, content] = [ground.newId(), linked('small', 'https://slow.example')]
      assert.equal(codeOf(await send({ content }, id, stop.signal)), 'notConnected')
      assert.equal(await session.lookup(id), 'absent')
      const asked = host.pagesAsked.length
      assert.ok((await send({ content }, id)).ok)
      assert.equal((await seen(id)).content.kind, 'text')
      assert.equal(host.pagesAsked.length, asked)
    })
  })

  test('places, cards, polls, buttons and invitations', async () => {
    const place = { kind: 'location', latitude: 55.5, longitude: -37.25, name: 'Square', address: 'Main 1' } as const
    const buttons = [
      { id: 'yes', text: 'Yes', action: 'reply', value: '' },
      { id: 'c', text: 'Copy', action: 'copy', value: 'SALE10' },
      { id: 'p', text: 'Call', action: 'call', value: '79001000009' },
      { id: 'u', text: 'Look', action: 'url', value: 'https://shop.example' },
    ] as const
    const contents: Content[] = [
      { ...place, jpegThumbnail: PIXEL },
      { kind: 'contacts', contacts: [{ displayName: 'Anna', vcard: 'BEGIN:VCARD\nFN:Anna\nEND:VCARD' }] },
      {
        kind: 'contacts',
        contacts: [
          { displayName: 'Anna', vcard: 'A' },
          { displayName: 'Boris', vcard: 'B' },
        ],
      },
      { kind: 'poll', question: 'When?', options: ['now', 'later'], multipleAnswers: false },
      { kind: 'poll', question: 'Which?', options: ['a', 'b', 'c'], multipleAnswers: true },
      { kind: 'buttons', style: 'interactive', header: 'Order 7', body: 'Is it right?', footer: 'Soon', buttons },
      {
        ...{ kind: 'groupInvite', group: '120363043968066561@g.us' as ChatId, groupName: 'Friends', code: 'AbCd' },
        ...{ expiresAt: 1_800_000_000_000, caption: 'join', jpegThumbnail: PIXEL },
      },
    ]
    for (const content of contents) {
      const id = await sent(content)
      assert.deepEqual((await seen(id)).content, content)
    }
  })

  test('files arrive as they were, and are brought to the network once', async () => {
    const document = file('document', 'the price list', { caption: 'look' })
    const id = await sent(document)
    const { content } = await seen(id)
    assert.ok(content.kind === 'file', JSON.stringify(content))
    assert.equal(Buffer.from(content.bytes).toString(), 'the price list')
    assert.deepEqual(
      [content.type, content.name, content.mimeType, content.caption],
      [...['document', 'list.pdf', 'application/pdf', 'look']],
    )
    const read = host.filesRead.length
    await seen(await sent(document))
    assert.equal(host.filesRead.length, read)
    const round = await seen(
      await sent(file('video', 'moving', { mimeType: 'video/mp4', isVideoNote: true, name: 'v.mp4' })),
    )
    assert.ok(round.content.kind === 'file')
    assert.deepEqual([round.content.type, round.content.isVideoNote], ['video', true])
  })

  test('what a person sent is passed on without being read or brought anew', async () => {
    const bytes = Buffer.from('a picture from the phone')
    const arrived = await world.phone(PEER).say(OWN, { kind: 'file', type: 'image', bytes, mimeType: 'image/jpeg' })
    const message = await until(() => host.messages().find(({ id }) => id === arrived), 'the picture')
    const read = host.filesRead.length
    const { content } = await seen(await sent({ ...(message.content as FileContent), forwardingScore: 1 }))
    assert.ok(content.kind === 'file', JSON.stringify(content))
    assert.deepEqual([Buffer.from(content.bytes), content.forwardingScore], [bytes, 1])
    assert.equal(host.filesRead.length, read)
  })

  test('replies name what they answer, and show it', async () => {
    const question = await world.phone(PEER).say(OWN, 'the question')
    const message = await until(() => host.messages().find(({ id }) => id === question), 'the question')
    const quote = { id: message.id, participant: message.author.id, content: message.content }
    const answer = await seen(await sent({ kind: 'text', text: 'the answer', quote }))
    assert.deepEqual(answer.content, { kind: 'text', text: 'the answer', quote: question })
    const shown = JSON.stringify(answer.raw)
    assert.match(shown, /the question/)
    const own = await sent(file('document', 'quoted'))
    const about = { id: own, participant: chatOf(OWN), content: null }
    const reply = await seen(await sent({ kind: 'text', text: 'about it', quote: about }))
    assert.match(JSON.stringify(reply.raw), /quotedMessage.*documentMessage.*list\.pdf/)
  })

  test('reactions, edits of words and captions, deletions', async () => {
    const phone = world.phone(PEER)
    const target = await sent({ kind: 'text', text: 'helo' })
    const message = await seen(target)
    await sent({ kind: 'reaction', target, participant: chatOf(OWN), emoji: '👍' })
    await until(() => message.reactions.get(OWN) === '👍', 'the reaction')
    await sent({ kind: 'reaction', target, participant: chatOf(OWN), emoji: '' })
    await until(() => (message.reactions.get(OWN) ?? '') === '', 'its end')
    const edit = await sent({ kind: 'edit', target, text: 'hello', isCaption: false })
    await until(() => message.edited === 'hello', 'the edit')
    assert.equal((await seen(edit)).attrs['edit'], '1')
    const deletion = await sent({ kind: 'deletion', target, forEveryone: true })
    await until(() => message.isDeleted, 'the deletion')
    assert.equal((await seen(deletion)).attrs['edit'], '7')
    const captioned = await sent(file('document', 'with words', { caption: 'god' }))
    await sent({ kind: 'edit', target: captioned, text: 'good', isCaption: true })
    await until(() => phone.message(captioned)?.edited === 'good', 'the caption')
    const theirs = await phone.say(OWN, 'like it?')
    await until(() => host.messages().some(({ id }) => id === theirs), 'their message')
    await sent({ kind: 'reaction', target: theirs as MessageId, participant: chatOf(PEER), emoji: '🎉' })
    await until(() => phone.message(theirs)?.reactions.get(OWN) === '🎉', 'the reaction to it')
  })

  test('votes on a poll come with their voters', async () => {
    const poll = await sent({ kind: 'poll', question: 'When?', options: ['now', 'later'], multipleAnswers: false })
    await seen(poll)
    await world.phone(PEER).say(OWN, { kind: 'vote', poll, choices: ['later'] })
    const isVote = (content: Content) => content.kind === 'vote' && content.poll === poll
    const vote = await until(() => host.messages().find(({ content }) => isVote(content)), 'the vote')
    assert.deepEqual(vote.content.kind === 'vote' && vote.content.options, [
      { name: 'now', voters: [] },
      { name: 'later', voters: [chatOf(PEER)] },
    ])
  })

  test('a group: all its members see it, its admins take back what others said, strangers to it are told so', async () => {
    const member = stranger()
    const group = world.groups.create(world.person(OWN), 'Friends', [PEER, member])
    const chat = group.id as ChatId
    const id = await sent({ kind: 'text', text: 'to all' }, { chat })
    for (const phone of [PEER, member]) assert.equal((await seen(id, phone)).chat, group.id)
    const spam = await world.phone(PEER).say(group.id, 'spam')
    await until(() => host.messages().some((message) => message.id === spam), 'the spam')
    const deletion = await sent({ kind: 'deletion', target: spam as MessageId, forEveryone: true }, { chat })
    assert.equal((await seen(deletion, member)).attrs['edit'], '8')
    await until(() => world.phone(member).message(spam)?.isDeleted, 'the deletion')
    const foreign = world.groups.create(world.person(PEER), 'Others', [member])
    assert.equal(codeOf(await send({ chat: foreign.id as ChatId })), 'notInGroup')
    group.members.delete(OWN)
    assert.equal(codeOf(await send({ chat })), 'notInGroup')
  })

  test('a status is seen by those it is for', async () => {
    const content: Content = {
      kind: 'statusText',
      text: 'Open again!',
      backgroundColor: '#87CEEB',
      font: 'BRYNDAN_WRITE',
    }
    const other = stranger()
    const id = await sent(content, { chat: STATUS_CHAT, audience: [chatOf(PEER)] })
    const status = await seen(id)
    assert.deepEqual([status.content, status.chat, status.author], [content, STATUS_CHAT, OWN])
    const voice = { mimeType: 'audio/ogg; codecs=opus', name: 'a.ogg', isVoice: true }
    await seen(await sent(file('audio', 'a voice', voice), { chat: STATUS_CHAT, audience: [chatOf(PEER)] }))
    await sent({ kind: 'deletion', target: id, forEveryone: true }, { chat: STATUS_CHAT, audience: [chatOf(PEER)] })
    await until(() => status.isDeleted, 'the deletion')
    assert.equal(world.phone(other).message(id), undefined)
  })

  test('each refusal of the server is what it is, and its reason holds the code', async () => {
    for (const [code, fault] of [
      ['403', 'refused'],
      ['421', 'rateLimited'],
      ['429', 'rateLimited'],
      ['475', 'refused'],
      ['479', 'refused'],
      ['500', 'unavailable'],
      ['777', 'refused'],
    ] as const) {
      world.network.faults.ackErrors.set('*', { code, times: 1 })
      const verdict = await send({})
      assert.equal(codeOf(verdict), fault, code)
      assert.match(JSON.stringify(verdict), new RegExp(`\\(${code}\\)`))
    }
  })

  test('nobody behind a number', async () => {
    assert.equal(codeOf(await send({ chat: chatOf('79001230000') })), 'noAccount')
  })

  test('463 closes first contacts and nothing else', async () => {
    const [one, other] = [stranger(), stranger()]
    world.network.faults.ackErrors.set('*', { code: '463', times: 1 })
    assert.match(JSON.stringify(await send({ chat: chatOf(one) })), /463/)
    const refused = await send({ chat: chatOf(other) })
    assert.match(JSON.stringify(refused), /closed new chats/)
    await seen(await sent({ kind: 'text', text: 'a reply' }))
    await restart()
    assert.match(JSON.stringify(await send({ chat: chatOf(other) })), /closed new chats/)
    await restart(25 * 3_600_000)
    await seen(await sent({ kind: 'text', text: 'at last' }, { chat: chatOf(other) }), other)
  })

  test('an ack that is lost leaves it unsure, and the receipt tells', async () => {
    world.network.faults.loseAcks = 1
    const abort = new AbortController()
    const id = ground.newId()
    const verdict = send({}, id, abort.signal)
    await seen(id)
    abort.abort()
    const ended = await verdict
    assert.equal(!ended.ok && retryOf(ended.fault), 'unsure')
    await until(async () => (await session.lookup(id)) === 'sent', 'the receipt')
  })

  for (const when of ['before', 'after'] as const)
    test(`a connection that is cut ${when} the message got through leaves it unsure`, async () => {
      const id = ground.newId()
      const matches = (stanza: { tag: string; attrs: Record<string, string> }) =>
        stanza.tag === 'message' && stanza.attrs['id'] === id
      world.network.faults.cut = { when, matches, times: 1 }
      const verdict = await send({}, id)
      assert.equal(!verdict.ok && retryOf(verdict.fault), 'unsure')
      await until(() => host.losses.length === 1, 'the loss')
      assert.equal(world.phone(PEER).message(id) !== undefined, when === 'after')
    })

  test('a phone that cannot read a message gets it again', async () => {
    world.phone(PEER).settings.failsToRead = 1
    const id = await sent({ kind: 'text', text: 'once more' })
    assert.deepEqual((await seen(id)).content, { kind: 'text', text: 'once more' })
  })
})
