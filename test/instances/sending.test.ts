// Truth: decisions on what happens around an attempt: files before the claim, typing, marks, what follows a send; a scripted session
// tells what the sender asked of it, the store is real.
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Session, Verdict } from '../../src/drivers/driver.ts'
import type { Chats } from '../../src/drivers/facets.ts'
import type { Instance } from '../../src/instances/instance.ts'
import type { Node } from '../../src/instances/node.ts'
import { InstanceRecord } from '../../src/instances/record.ts'
import { Sender } from '../../src/instances/sender.ts'
import { STATUS_CHAT, type Content, type KeptFile } from '../../src/model/content.ts'
import { fault } from '../../src/model/fault.ts'
import type { ChatId, MessageId } from '../../src/model/ids.ts'
import type { OutgoingMessage } from '../../src/model/message.ts'
import type { Messenger } from '../../src/model/messenger.ts'
import type { Settings } from '../../src/model/settings.ts'
import type { MessageRow } from '../../src/storage/store.ts'
import { drain, newInstance, openWorld, sendTo, until, type Domain, type World } from '../support/domain.ts'

let world: World
let domain: Domain
before(async () => {
  world = await openWorld()
  domain = await world.start()
})
after(() => world.close())

const PHONE = '79004000001'
const CHAT = `${PHONE}@c.us` as ChatId

/** A session that takes everything and says what it was asked, in order. */
class Scripted {
  readonly asked: string[] = []
  readonly sent: { readonly id: MessageId; readonly message: OutgoingMessage }[] = []
  verdict: () => Verdict = () => ({ ok: true, at: Date.now() })

  session(): Session {
    const chats: Partial<Chats> = {
      read: (chat) => this.#note(`read ${chat}`, true),
      archive: (chat, isArchived) => this.#note(`archive ${chat} ${String(isArchived)}`, undefined),
    }
    const session: Partial<Session> = {
      send: (id, message) => {
        this.sent.push({ id, message })
        return this.#note(`send ${message.content.kind}`, this.verdict())
      },
      lookup: () => Promise.resolve('unknown'),
      typing: (chat, durationMs, type) => {
        this.asked.push(`typing ${chat} ${String(durationMs)} ${type ?? ''}`.trim())
      },
      facets: { chats: chats as Chats },
    }
    return session as Session
  }

  #note<T>(what: string, answer: T): Promise<T> {
    this.asked.push(what)
    return Promise.resolve(answer)
  }
}

interface Stage {
  readonly instance: Instance
  readonly record: InstanceRecord
  readonly sender: Sender
  readonly scripted: Scripted
  row(id: MessageId): Promise<MessageRow | null>
}

interface Staged {
  readonly settings?: Partial<Settings>
  readonly messenger?: Messenger
  readonly node?: Partial<Node>
  readonly bring?: (file: KeptFile) => Promise<ReturnType<typeof fault> | undefined>
}

/** An instance as if a phone were linked, with these in its queue, and its sender before a scripted session. */
async function stage(queue: (instance: Instance) => Promise<void>, wanted: Staged = {}): Promise<Stage> {
  const instance = await newInstance(domain, wanted.settings, wanted.messenger)
  await queue(instance)
  return stageAgain(instance, wanted)
}

/** What a new process finds of it. */
async function stageAgain(instance: Instance, { settings, node: stead, bring }: Staged = {}): Promise<Stage> {
  const node: Node = { ...domain.node, ...stead }
  const stored = (await node.store.instances.all()).find((row) => row.id === instance.id)
  const sizes = (await node.store.outbox.sizes()).find((size) => size.instance === instance.id)
  const mailbox = (await node.store.mailbox.sizes()).find((size) => size.instance === instance.id)
  assert.ok(stored !== undefined)
  const merged = { ...stored.settings, delaySendMessagesMilliseconds: 0, ...settings }
  const row = { ...stored, state: 'authorized', settings: merged } as const
  const epoch = node.ownership.epochOf(instance.id) ?? node.ownership.firstEpoch
  const record = new InstanceRecord(node, row, epoch, { ...(sizes && { outbox: sizes }), ...(mailbox && { mailbox }) })
  const scripted = new Scripted()
  const sender = new Sender(record, bring ?? (() => Promise.resolve(fault('fileGone', 'gone from the network'))))
  await sender.recover()
  sender.open(scripted.session())
  return { instance, record, sender, scripted, row: (id) => node.store.journal.find(instance.id, id) }
}

async function emptied({ record, sender }: Stage): Promise<void> {
  await until(() => record.outbox.count === 0)
  sender.stop()
}

function picture(file: Extract<Content, { kind: 'file' }>['file']): Content {
  const named = { name: 'cat.jpg', mimeType: '', caption: 'a cat', jpegThumbnail: '' }
  return { kind: 'file', type: 'image', file, ...named }
}

async function keep(instance: Instance, text: string): Promise<KeptFile> {
  const draft = await domain.node.media.receive(Readable.from([Buffer.from(text)]), 1000)
  assert.ok(draft !== 'tooLarge')
  await draft.keep(instance.id)
  return { at: 'here', sha256: draft.sha256, size: draft.size }
}

const sourceOf = (row: MessageRow | null) => {
  assert.ok(row !== null)
  return (JSON.parse(row.body) as { content: { file: { at: string; sha256?: string }; mimeType: string } }).content
}

test('a file at an address is fetched before the claim, stored with its message, and what is sent is the kept one', async () => {
  const ids: MessageId[] = []
  const claimedMeanwhile: number[] = []
  const shown = await stage(
    async (instance) => {
      ids.push(await sendTo(instance, PHONE, picture({ at: 'url', url: 'https://files.example/cat.jpg' })))
      ids.push(await sendTo(instance, PHONE, { kind: 'text', text: 'after it' }))
    },
    {
      node: {
        fetchFile: async (id, url) => {
          assert.equal(url, 'https://files.example/cat.jpg')
          claimedMeanwhile.push((await domain.node.store.outbox.claimed(id)).length)
          const instance = domain.instances.get(id)
          assert.ok(instance !== undefined)
          return { file: await keep(instance, 'meow'), mimeType: 'image/jpeg' }
        },
      },
    },
  )
  await emptied(shown)
  assert.deepEqual(claimedMeanwhile, [0], 'it was fetched once, with nothing claimed')
  assert.deepEqual(
    shown.scripted.sent.map((each) => each.id),
    ids,
    'in the order of the queue',
  )
  const sent = shown.scripted.sent[0]?.message.content
  assert.ok(sent?.kind === 'file' && sent.file.at === 'here' && sent.mimeType === 'image/jpeg')
  const kept = sourceOf(await shown.row(ids[0] ?? ('' as MessageId)))
  assert.deepEqual([kept.file.at, kept.file.sha256], ['here', sent.file.sha256])
})

test('an address that gives no file settles the message as failed with the reason, and the next one leaves', async () => {
  let id = '' as MessageId
  const shown = await stage(
    async (instance) => {
      id = await sendTo(instance, PHONE, picture({ at: 'url', url: 'https://files.example/gone.jpg' }))
      await sendTo(instance, PHONE, { kind: 'text', text: 'next' })
    },
    { node: { fetchFile: () => Promise.resolve(fault('refused', 'it answered 404')) } },
  )
  await emptied(shown)
  const row = await shown.row(id)
  assert.deepEqual([row?.status, row?.description], ['failed', 'it answered 404'])
  assert.deepEqual(shown.scripted.asked, ['send text'])
  const told = await drainOf(shown)
  assert.deepEqual(told, [['outgoingMessageStatus', 'failed', 'it answered 404']])
})

async function drainOf({ record }: Stage): Promise<unknown[][]> {
  const told: unknown[][] = []
  for (;;) {
    const head = await record.mailbox.peek()
    if (head === null) return told
    const body = JSON.parse(head.body) as Record<string, unknown>
    told.push([body['typeWebhook'], body['status'], body['description']])
    await record.mailbox.remove(head.receiptId)
  }
}

test('a fetch holds no other change of the instance, and one whose message was cleared meanwhile stores nothing', async () => {
  let release: () => void = () => undefined
  let aborted = false
  let id = '' as MessageId
  const shown = await stage(
    async (instance) => {
      id = await sendTo(instance, PHONE, picture({ at: 'url', url: 'https://files.example/slow.jpg' }))
    },
    {
      node: {
        fetchFile: (_id, _url, signal) => {
          signal.addEventListener('abort', () => (aborted = true))
          return new Promise((resolve) => (release = () => resolve(fault('refused', 'too late to tell'))))
        },
      },
    },
  )
  await sleep(30)
  await shown.record.changes.run(() =>
    shown.record.commit([{ kind: 'instance.name', instance: shown.record.id, name: 'quick' }]),
  )
  const last = shown.record.outbox.last
  await shown.record.changes.run(() =>
    shown.record.commit([
      { kind: 'outbox.fail', instance: shown.record.id, upTo: last, description: 'cleared', at: Date.now() },
    ]),
  )
  release()
  await sleep(50)
  const row = await shown.row(id)
  assert.deepEqual([row?.status, row?.description], ['failed', 'cleared'])
  assert.equal(shown.record.mailbox.count, 0)
  assert.equal(aborted, false)
  shown.sender.stop()
})

test('a stop aborts a fetch; the next process fetches again', async () => {
  let isAborted = false
  let id = '' as MessageId
  const shown = await stage(
    async (instance) => {
      id = await sendTo(instance, PHONE, picture({ at: 'url', url: 'https://files.example/cat.jpg' }))
    },
    {
      node: {
        fetchFile: (_id, _url, signal) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              isAborted = true
              resolve(fault('refused', 'stopped'))
            })
          }),
      },
    },
  )
  await sleep(30)
  shown.sender.stop()
  await sleep(30)
  assert.equal(isAborted, true)
  assert.equal((await shown.row(id))?.status, 'pending')
  const fetched: string[] = []
  const again = await stageAgain(shown.instance, {
    node: {
      fetchFile: async (_id, url) => {
        fetched.push(url)
        return { file: await keep(shown.instance, 'meow again'), mimeType: 'image/jpeg' }
      },
    },
  })
  await emptied(again)
  assert.deepEqual(fetched, ['https://files.example/cat.jpg'])
  assert.equal((await again.row(id))?.status, 'sent')
})

test("a crash between the fetched file and the claim doesn't fetch again", async () => {
  let id = '' as MessageId
  const shown = await stage(
    async (instance) => {
      id = await sendTo(instance, PHONE, picture({ at: 'url', url: 'https://files.example/cat.jpg' }))
    },
    {
      node: {
        fetchFile: async (instanceId) => {
          const instance = domain.instances.get(instanceId)
          assert.ok(instance !== undefined)
          return { file: await keep(instance, 'kept before the crash'), mimeType: 'image/jpeg' }
        },
        // The process dies where the claim would be written.
        store: {
          ...domain.node.store,
          commit: (batch) =>
            batch.writes.some((write) => write.kind === 'outbox.claim')
              ? new Promise<never>(() => undefined)
              : domain.node.store.commit(batch),
        },
      },
    },
  )
  await until(async () => sourceOf(await shown.row(id)).file.at === 'here')
  const again = await stageAgain(shown.instance, {
    node: { fetchFile: () => Promise.reject(new Error('fetched again')) },
  })
  await emptied(again)
  assert.equal((await again.row(id))?.status, 'sent')
  const sent = again.scripted.sent[0]?.message.content
  assert.ok(sent?.kind === 'file' && sent.file.at === 'here')
})

test('a crash before the fetched file is stored with its message fetches again, and one after the claim never sends blindly', async () => {
  let id = '' as MessageId
  let fetches = 0
  const fetchFile: Node['fetchFile'] = async (instanceId) => {
    fetches += 1
    const instance = domain.instances.get(instanceId)
    assert.ok(instance !== undefined)
    return { file: await keep(instance, 'kept twice'), mimeType: 'image/jpeg' }
  }
  const dying = (kind: string): Partial<Node> => ({
    fetchFile,
    store: {
      ...domain.node.store,
      commit: (batch) =>
        batch.writes.some((write) => write.kind === kind)
          ? new Promise<never>(() => undefined)
          : domain.node.store.commit(batch),
    },
  })
  const shown = await stage(
    async (instance) => {
      id = await sendTo(instance, PHONE, picture({ at: 'url', url: 'https://files.example/cat.jpg' }))
    },
    { node: dying('message.body') },
  )
  await until(() => fetches === 1)
  const second = await stageAgain(shown.instance, { node: dying('outbox.remove') })
  await until(() => second.scripted.sent.length === 1)
  assert.equal(fetches, 2)
  const third = await stageAgain(shown.instance, { node: { fetchFile: () => Promise.reject(new Error('again')) } })
  await sleep(50)
  assert.deepEqual(third.scripted.sent, [], 'it is unsure, not sent again')
  assert.equal((await third.row(id))?.status, 'pending')
  third.sender.stop()
})

test('a file that is kept no longer is failed, one that the network can bring is brought', async () => {
  const brought: string[] = []
  let kept: KeptFile | undefined
  const ids: MessageId[] = []
  const shown = await stage(
    async (instance) => {
      kept = { ...(await keep(instance, 'from the network')), remote: 'key' }
      await domain.node.media.removeInstance(instance.id)
      ids.push(await sendTo(instance, PHONE, picture({ at: 'here', sha256: 'ab'.repeat(32), size: 4 })))
      ids.push(await sendTo(instance, PHONE, picture(kept)))
      ids.push(await sendTo(instance, PHONE, picture({ at: 'nowhere', why: 'tooLarge' })))
    },
    {
      bring: async (file) => {
        brought.push(file.sha256)
        if (file.remote === undefined) return fault('fileGone', 'the file is not available any more')
        const [instance] = [...domain.instances.all()].slice(-1)
        assert.ok(instance !== undefined)
        await keep(instance, 'from the network')
        return undefined
      },
    },
  )
  await emptied(shown)
  const rows = await Promise.all(ids.map((id) => shown.row(id)))
  assert.deepEqual(
    rows.map((row) => [row?.status, row?.description]),
    [
      ['failed', 'the file is not available any more'],
      ['sent', ''],
      ['failed', 'the file is too large to be sent'],
    ],
  )
  assert.deepEqual(brought.slice(-1), [kept?.sha256])
})

test('typing is shown for its time with its type before a send; the setting only where nothing was said', async () => {
  const shown = await stage(
    async (instance) => {
      await sendTo(instance, PHONE, { kind: 'text', text: 'said' }, { typingTimeMs: 120, typingType: 'recording' })
      await sendTo(instance, PHONE, { kind: 'text', text: 'by the setting' })
      await sendTo(instance, PHONE, { kind: 'deletion', target: 'x' as MessageId, forEveryone: true })
      await sendTo(instance, STATUS_CHAT, { kind: 'text', text: 'nobody sees me typing' })
    },
    { settings: { autoTyping: 1 } },
  )
  const startedAt = Date.now()
  await emptied(shown)
  assert.deepEqual(shown.scripted.asked, [
    `typing ${CHAT} 120 recording`,
    'send text',
    `typing ${CHAT} 1000`,
    'send text',
    'send deletion',
    'send text',
  ])
  assert.ok(Date.now() - startedAt >= 1100)
})

test('typing that was asked for by itself holds back the next send until it ends', async () => {
  const shown = await stage(() => Promise.resolve())
  shown.sender.typing(CHAT, 300, 'recording')
  const startedAt = Date.now()
  await sendTo(shown.instance, PHONE, { kind: 'text', text: 'after the typing' })
  const again = await stageAgain(shown.instance)
  again.sender.stop()
  shown.record.outbox.take()
  shown.sender.wake()
  await until(() => shown.scripted.sent.length === 1)
  assert.ok(Date.now() - startedAt >= 290)
  assert.deepEqual(shown.scripted.asked, [`typing ${CHAT} 300 recording`, 'send text'])
  shown.sender.stop()
})

test('after a send the chat is read and archived where that was asked, for messages only', async () => {
  const shown = await stage(
    async (instance) => {
      await sendTo(instance, PHONE, { kind: 'text', text: 'hello' }, { archiveChat: true })
      await sendTo(instance, PHONE, { kind: 'edit', target: 'x' as MessageId, text: 'b', isCaption: false })
      await sendTo(instance, STATUS_CHAT, { kind: 'text', text: 'story' })
    },
    { settings: { markIncomingMessagesReadedOnReply: 'yes' } },
  )
  await emptied(shown)
  assert.deepEqual(shown.scripted.asked, [
    'send text',
    `read ${CHAT}`,
    `archive ${CHAT} true`,
    'send edit',
    'send text',
  ])
})

test('a sent edit or deletion marks the original in the same batch and is told without a status; a failed one is told', async () => {
  const settings = { outgoingWebhook: 'yes', outgoingAPIMessageWebhook: 'yes' } as const
  const flags = { ...settings, editedMessageWebhook: 'yes', deletedMessageWebhook: 'yes' } as const
  const ids: MessageId[] = []
  const shown = await stage(
    async (instance) => {
      ids.push(await sendTo(instance, PHONE, { kind: 'text', text: 'first' }))
      const target = ids[0] ?? ('' as MessageId)
      await sendTo(instance, PHONE, { kind: 'edit', target, text: 'better', isCaption: false })
      await sendTo(instance, PHONE, { kind: 'deletion', target, forEveryone: true })
    },
    { settings: flags },
  )
  await emptied(shown)
  const row = await shown.row(ids[0] ?? ('' as MessageId))
  assert.deepEqual([row?.isEdited, row?.isDeleted, row?.status], [true, true, 'sent'])
  const told = (await drainOf(shown)).map(([type, status]) => status ?? type)
  assert.deepEqual(told, [
    'outgoingAPIMessageReceived',
    'sent',
    'outgoingAPIMessageReceived',
    'outgoingAPIMessageReceived',
  ])

  const refused = await stage(
    async (instance) => {
      ids.push(await sendTo(instance, PHONE, { kind: 'text', text: 'second' }))
    },
    { settings: flags },
  )
  await until(() => refused.record.outbox.count === 0)
  await drainOf(refused)
  refused.scripted.verdict = () => ({ ok: false, fault: fault('refused', 'too old to be edited') })
  const target = ids[1] ?? ('' as MessageId)
  await sendTo(refused.instance, PHONE, { kind: 'edit', target, text: 'too late', isCaption: false })
  refused.record.outbox.take()
  refused.sender.wake()
  await emptied(refused)
  assert.equal((await refused.row(target))?.isEdited, false)
  assert.deepEqual(await drainOf(refused), [['outgoingMessageStatus', 'failed', 'too old to be edited']])
})

test('where the messenger tells no sent, the journal and the notification say delivered', async () => {
  const settings = { outgoingWebhook: 'yes', outgoingAPIMessageWebhook: 'yes' } as const
  let id = '' as MessageId
  const shown = await stage(
    async (instance) => {
      id = await sendTo(instance, '10000001@c.us', { kind: 'text', text: 'hello' })
    },
    { messenger: 'v3', settings },
  )
  await emptied(shown)
  assert.match(id, /^\d{18}$/)
  assert.equal((await shown.row(id))?.status, 'delivered')
  const told = (await drainOf(shown)).map(([type, status]) => status ?? type)
  assert.deepEqual(told, ['outgoingAPIMessageReceived', 'delivered'])
})

test('statuses are journaled on their shelf with what became of them, and nothing is told of them', async () => {
  const settings = { outgoingWebhook: 'yes', outgoingAPIMessageWebhook: 'yes' } as const
  const ids: MessageId[] = []
  const content = { kind: 'statusText', text: 'hi all', backgroundColor: '#000000', font: 'SERIF' } as const
  const shown = await stage(
    async (instance) => {
      ids.push(await sendTo(instance, STATUS_CHAT, content, { audience: [CHAT] }))
      ids.push(await sendTo(instance, STATUS_CHAT, picture({ at: 'nowhere', why: 'lost' })))
    },
    { settings },
  )
  await emptied(shown)
  const rows = await Promise.all(ids.map((id) => shown.row(id)))
  assert.deepEqual(
    rows.map((row) => [row?.shelf, row?.status]),
    [
      ['status', 'sent'],
      ['status', 'failed'],
    ],
  )
  assert.deepEqual(await drainOf(shown), [])
  assert.deepEqual(await drain(shown.instance), [])
})
