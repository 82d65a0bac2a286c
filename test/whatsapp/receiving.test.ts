// Truth: what persons did on the virtual phones of the fake WhatsApp, told in the words of the driver contract.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RecordingHost } from '../../src/drivers/conformance/host.ts'
import type { Session } from '../../src/drivers/driver.ts'
import { engineIsInstalled } from '../../src/drivers/whatsapp/engine/load.ts'
import { until } from '../../src/lib/until.ts'
import type { Content } from '../../src/model/content.ts'
import type { MessageId } from '../../src/model/ids.ts'
import type { Sayable } from '../fakes/whatsapp/virtual-phone.ts'
import type { World } from '../fakes/whatsapp/world.ts'
import { chatOf, Ground, OTHER, OWN, PEER } from './support/linked.ts'

const skip = engineIsInstalled() ? false : 'the WhatsApp engine is not installed'

const PIXEL = Buffer.from('a small picture').toString('base64')

describe('receiving from the fake WhatsApp', { skip, timeout: 120_000 }, () => {
  let ground: Ground
  let world: World
  let host: RecordingHost
  let session: Session

  before(async () => {
    ground = await Ground.open()
    ;({ world } = ground)
    await world.phone(PEER).say(OWN, 'before it was linked', { id: '3EB0PAST01' })
    await world.phone(OWN).say(PEER, 'the answer of then', { id: '3EB0PAST02' })
    // The network tells whole seconds: what is said in the one of the linking counts as said after it.
    await sleep(1_000)
    ;({ host, session } = await ground.linked())
  })
  after(() => ground.close())

  async function restart(): Promise<void> {
    ;({ host, session } = await ground.reopened({ host, session }))
  }

  const arrived = async (id: string) =>
    await until(() => host.messages().find((message) => message.id === id), `the message ${id}`)

  async function said(what: Sayable, from = PEER, to = OWN): Promise<{ id: string; content: Content }> {
    const id = await world.phone(from).say(to, what)
    return { id, content: (await arrived(id)).content }
  }

  test('the past comes with the link and is told to nobody', async () => {
    await arrived('3EB0PAST01')
    await arrived('3EB0PAST02')
    const past = host.events.flatMap((event) => (event.kind === 'message' ? [event] : []))
    assert.deepEqual(
      past.map(({ isPast, message }) => [message.id, isPast, message.direction, message.chat.id]),
      [
        ['3EB0PAST01', true, 'in', chatOf(PEER)],
        ['3EB0PAST02', true, 'out', chatOf(PEER)],
      ],
    )
  })

  test('every kind that a phone says', async () => {
    const place = { latitude: 55.75, longitude: -37.61, name: 'Square', address: 'Main street 1', jpegThumbnail: PIXEL }
    const poll = { kind: 'poll', question: 'When?', options: ['today', 'later'], multipleAnswers: false } as const
    const samples: readonly Exclude<Sayable, string>[] = [
      { kind: 'location', ...place },
      poll,
      {
        ...{ kind: 'list', title: 'Menu', body: 'Choose', footer: 'F', buttonText: 'Show' },
        sections: [{ title: 'Hot', rows: [{ id: 'tea', title: 'Tea', description: 'green' }] }],
      },
      {
        ...{ kind: 'buttons', style: 'interactive', header: 'H', body: 'B', footer: 'F' },
        buttons: [{ id: 'yes', text: 'Yes', action: 'reply', value: '' }],
      },
      {
        ...{ kind: 'order', orderId: 'o1', token: 't1', title: 'Two', itemCount: 2, currency: 'EUR', total: '1900' },
        seller: chatOf(PEER),
      },
    ]
    for (const sample of samples) assert.deepEqual((await said(sample)).content, sample)
  })

  test('a picture, with what is needed to bring it', async () => {
    const bytes = Buffer.from('the bytes of a picture')
    const { content } = await said({ kind: 'file', type: 'image', bytes, mimeType: 'image/jpeg', caption: 'look' })
    assert.ok(content.kind === 'file' && content.file.at === 'here')
    assert.deepEqual([content.caption, content.file.size], ['look', bytes.length])
    assert.equal(content.file.sha256, createHash('sha256').update(bytes).digest('hex'))
  })

  test('votes, reactions, edits, deletions and replies refer to what was said', async () => {
    const poll = await said({ kind: 'poll', question: 'Who?', options: ['me', 'you'], multipleAnswers: true })
    const vote = await said({ kind: 'vote', poll: poll.id, choices: ['you'] })
    assert.deepEqual(vote.content.kind === 'vote' && [vote.content.poll, vote.content.options], [
      poll.id,
      [
        { name: 'me', voters: [] },
        { name: 'you', voters: [chatOf(PEER)] },
      ],
    ])
    const { id: target } = await said('helo')
    assert.deepEqual((await said({ kind: 'edit', target, text: 'hello' })).content, {
      ...{ kind: 'edit', target, text: 'hello', isCaption: false },
    })
    const reaction = { kind: 'reaction', target, emoji: '👍' } as const
    assert.deepEqual((await said(reaction)).content, { ...reaction, participant: chatOf(PEER) })
    const reply = await said({ kind: 'text', text: 'and?', quote: target, forwardingScore: 2 })
    assert.deepEqual(reply.content.kind === 'text' && [reply.content.quote?.id, reply.content.forwardingScore], [
      target,
      2,
    ])
    assert.deepEqual((await said({ kind: 'deletion', target })).content, {
      kind: 'deletion',
      target,
      forEveryone: true,
    })
  })

  test('what the own phone says is outgoing, and its receipts follow', async () => {
    const { id } = await said('from the phone', OWN, PEER)
    const message = await arrived(id)
    assert.deepEqual([message.direction, message.chat.id, message.author.id], ['out', chatOf(PEER), chatOf(OWN)])
    await until(() => host.statuses(id).includes('delivered'), 'the delivery')
    await world.phone(PEER).read(OWN)
    await until(() => host.statuses(id).includes('read'), 'the reading')
    const told = host.events.find((event) => event.kind === 'status' && event.id === id)
    assert.equal(told?.kind === 'status' && told.chat, chatOf(PEER))
  })

  test('a group: its name and authors, and a message is delivered when all have it', async () => {
    const group = world.groups.create(world.person(OWN), 'Friends', [PEER, OTHER])
    const { id } = await said('hello, all', PEER, group.id)
    const message = await arrived(id)
    assert.deepEqual([message.chat.id, message.chat.name, message.author.id], [group.id, 'Friends', chatOf(PEER)])
    world.phone(OTHER).settings.answersReceipts = false
    const own = await said('hello, you', OWN, group.id)
    await until(() => [...host.kept.keys()].includes(`group-receipts|${group.id}|${own.id}`), 'the first receipt')
    await sleep(50)
    assert.deepEqual(host.statuses(own.id), [])
    world.phone(OTHER).settings.answersReceipts = true
    await world.phone(OTHER).read(group.id)
    await until(() => host.statuses(own.id).includes('delivered'), 'the last receipt')
    await world.phone(PEER).read(group.id)
    await until(() => host.statuses(own.id).includes('read'), 'the last reading')
  })

  test('what is read on the phone is unread no more', async () => {
    await said('unread')
    const unread = async () => {
      const chats = await session.facets.chats?.list()
      return Array.isArray(chats)
        ? (chats as { id: string; unread: number }[]).find(({ id }) => id === chatOf(PEER))?.unread
        : -1
    }
    await until(async () => ((await unread()) ?? 0) > 0, 'the unread one')
    await world.phone(OWN).read(PEER)
    await until(async () => (await unread()) === 0, 'the reading')
  })

  test('what comes again is not news; what could not be decrypted comes by its repeat', async () => {
    world.network.faults.duplicate = true
    const twice = await said('twice')
    world.network.faults.duplicate = false
    await said('after it')
    assert.equal(host.messages().filter(({ id }) => id === twice.id).length, 1)
    world.network.faults.corrupt = 1
    const { content } = await said('spoiled on its way')
    assert.deepEqual(content, { kind: 'text', text: 'spoiled on its way' })
    assert.deepEqual(
      [...host.kept.keys()].filter((name) => name.startsWith('undecrypted|')),
      [],
    )
  })

  test('the repeat of what could not be decrypted is read, though the connection ends as the original is refused', async () => {
    world.network.faults.corrupt = 1
    const isRefusal = ({ tag, attrs }: { tag: string; attrs: Readonly<Record<string, string>> }) =>
      tag === 'ack' && attrs['class'] === 'message' && attrs['error'] !== undefined
    world.network.faults.cut = { when: 'after', matches: isRefusal, times: 1 }
    const losses = host.losses.length
    const id = await world.phone(PEER).say(OWN, 'spoilt, and cut off')
    await until(() => host.losses.length > losses, 'the end of the connection')
    await restart()
    const { content } = await arrived(id)
    assert.deepEqual(content, { kind: 'text', text: 'spoilt, and cut off' })
    await until(
      () => [...world.person(OWN).devices.values()].every(({ unacknowledged }) => unacknowledged.length === 0),
      'the acknowledgement of both',
    )
  })

  test('one that is never repeated is told as unreadable, by the next life too', async () => {
    world.phone(PEER).settings.answersRetries = false
    world.network.faults.corrupt = 1
    const id = await world.phone(PEER).say(OWN, 'lost for good')
    await until(() => [...host.kept.keys()].some((name) => name.startsWith('undecrypted|')), 'the failure to be noted')
    const devices = [...world.person(OWN).devices.values()]
    await until(() => devices.every(({ unacknowledged }) => unacknowledged.length === 0), 'the acknowledgement')
    await restart()
    await until(() => {
      ground.clock.skip(60_000)
      return host.messages().some((message) => message.id === id)
    }, 'the marker')
    const { content, chat } = await arrived(id)
    assert.deepEqual([content, chat.id], [{ kind: 'unreadable', why: 'undecrypted' }, chatOf(PEER)])
    world.phone(PEER).settings.answersRetries = true
  })

  test('a call rings, is answered and ends', async () => {
    const call = world.calls.ring(world.person(PEER), world.person(OWN), true)
    await until(() => host.calls().length === 1, 'the ringing')
    world.calls.end(call.id, 'accepted', 12)
    await until(() => host.calls().length === 2, 'the end')
    assert.deepEqual(
      host.calls().map(({ id, status, isVideo, durationS, chat }) => [id, status, isVideo, durationS, chat.id]),
      [
        [call.id, 'offer', true, 0, chatOf(PEER)],
        [call.id, 'pickUp', true, 12, chatOf(PEER)],
      ],
    )
  })

  test('what is announced and kept back becomes the marker', async () => {
    const id = '3EB0KEPTBACK'
    for (const device of world.person(OWN).devices.values()) {
      const attrs = { id, from: `${PEER}@s.whatsapp.net`, t: String(Math.floor(Date.now() / 1000)), type: 'media' }
      const unavailable = { tag: 'unavailable', attrs: { type: 'view_once' } }
      world.network.deliver(device, { tag: 'message', attrs, content: [unavailable] })
    }
    await until(() => [...host.kept.keys()].some((name) => name.endsWith(id)), 'the note')
    ground.clock.skip(15 * 60_000)
    const message = await arrived(id)
    assert.deepEqual([message.chat.id, message.content.kind], [chatOf(PEER), 'unreadable'])
  })

  test('statuses bear their author', async () => {
    const status = { kind: 'statusText', text: 'Open!', backgroundColor: '#87CEEB', font: 'SERIF' } as const
    const id = await world.phone(PEER).say('status@broadcast', status)
    const message = await arrived(id)
    assert.deepEqual([message.chat.id, message.author.id, message.content], ['status@broadcast', chatOf(PEER), status])
    assert.ok(message.id === (id as MessageId))
  })
})
