// Truth: the contract's forwardMessages, quotes and file sends, and DECISIONS B; the simulated network is the witness of what was sent.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { after, before, test } from 'node:test'
import type { Instance } from '../../src/instances/instance.ts'
import type { Content } from '../../src/model/content.ts'
import { isFault } from '../../src/model/fault.ts'
import type { ChatId, MessageId } from '../../src/model/ids.ts'
import { isRepeated } from '../../src/model/once.ts'
import {
  drain,
  link,
  newInstance,
  openWorld,
  say,
  sendTo,
  textsOf,
  until,
  type Domain,
  type World,
} from '../support/domain.ts'

let world: World
let domain: Domain
let files: Server
let served = 0
const PICTURE = Buffer.from('this is what a picture would be')

before(async () => {
  world = await openWorld()
  domain = await world.start()
  files = createServer((request, response) => {
    served += 1
    if (request.url === '/picture.jpg') response.writeHead(200, { 'content-type': 'image/jpeg' }).end(PICTURE)
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve))
})
after(async () => {
  files.close()
  await world.close()
})

const asked = { method: 'ForwardMessages', body: {} }
const of = (phone: string) => `${phone}@c.us` as ChatId
const addressOf = (path: string) => `http://127.0.0.1:${String((files.address() as AddressInfo).port)}${path}`

async function forward(instance: Instance, from: string, to: string, ids: readonly MessageId[]) {
  const made = await instance.forward({ to: of(to), from: of(from), ids, asked })
  assert.ok(!isFault(made) && !isRepeated(made))
  return made
}

async function contentOf(instance: Instance, id: MessageId | undefined): Promise<Content> {
  const row = await domain.node.store.journal.find(instance.id, id ?? ('' as MessageId))
  assert.ok(row !== null)
  return (JSON.parse(row.body) as { content: Content }).content
}

const statusOf = async (instance: Instance, id: MessageId) =>
  (await domain.node.store.journal.find(instance.id, id))?.status

test('messages are forwarded in their order, once more each time and without what they replied to', async () => {
  const instance = await newInstance(domain)
  await link(world, instance, '79005000001')
  const first = await say(instance, '79005000002', 'first')
  const quote = await instance.journal.quote(first, of('79005000002'))
  const second = await sendTo(instance, '79005000002', { kind: 'text', text: 'second', quote })
  const made = await forward(instance, '79005000002', '79005000003', [second, first])
  await until(async () => (await textsOf(world, '79005000003')).length === 2)
  assert.deepEqual(await textsOf(world, '79005000003'), ['second', 'first'])
  assert.deepEqual(await contentOf(instance, made[0]), { kind: 'text', text: 'second', forwardingScore: 1 })
  const again = await forward(instance, '79005000003', '79005000002', [made[0] ?? first])
  assert.deepEqual(await contentOf(instance, again[0]), { kind: 'text', text: 'second', forwardingScore: 2 })
})

test('what was edited is forwarded as it reads now', async () => {
  const instance = await newInstance(domain)
  await link(world, instance, '79005000021')
  const sent = await sendTo(instance, '79005000022', { kind: 'text', text: 'Tuesday' })
  for (const text of ['Wednesday', 'Thursday']) {
    await sendTo(instance, '79005000022', { kind: 'edit', target: sent, text, isCaption: false })
  }
  await until(() => instance.queued === 0)
  const [made] = await forward(instance, '79005000022', '79005000023', [sent])
  assert.deepEqual(await contentOf(instance, made), { kind: 'text', text: 'Thursday', forwardingScore: 1 })
})

test('what is not known in the chat, or was taken back, is failed at once and told; the rest goes', async () => {
  const instance = await newInstance(domain)
  await link(world, instance, '79005000004')
  const known = await say(instance, '79005000005', 'known')
  const gone = await say(instance, '79005000005', 'taken back')
  const elsewhere = await say(instance, '79005000006', 'in another chat')
  await until(() => instance.queued === 0)
  const deletion = await sendTo(instance, '79005000005', { kind: 'deletion', target: gone, forEveryone: true })
  await until(() => instance.queued === 0)
  await drain(instance)
  const ids = [elsewhere, known, gone, deletion]
  const made = await forward(instance, '79005000005', '79005000007', ids)
  const rows = await Promise.all(made.map((id) => domain.node.store.journal.find(instance.id, id)))
  assert.deepEqual(
    rows.map((row) => [row?.status === 'failed', row?.description]),
    [
      [true, 'message not found'],
      [false, ''],
      [true, 'message not found'],
      [true, 'message cannot be forwarded'],
    ],
  )
  const told = await drain(instance)
  const failures = told.filter((body) => body['status'] === 'failed').map((body) => body['idMessage'])
  assert.deepEqual(failures, [made[0], made[2], made[3]])
  await until(async () => (await textsOf(world, '79005000007')).includes('known'))
  assert.equal((await textsOf(world, '79005000007')).length, 1)
  // What stands in the journal for a message that wasn't found says nothing, and nothing is what must be sent of it.
  const [again] = await forward(instance, '79005000007', '79005000005', [made[0] ?? known])
  const row = again === undefined ? null : await domain.node.store.journal.find(instance.id, again)
  assert.deepEqual([row?.status, row?.description], ['failed', 'message not found'])
})

test('a quote tells what was said and by whom, never what that replied to in turn', async () => {
  const instance = await newInstance(domain)
  await link(world, instance, '79005000008')
  const chat = of('79005000009')
  const first = await say(instance, '79005000009', 'first')
  const quoted = await instance.journal.quote(first, chat)
  assert.deepEqual(quoted, { id: first, participant: of('79005000008'), content: { kind: 'text', text: 'first' } })
  const second = await sendTo(instance, '79005000009', { kind: 'text', text: 'second', quote: quoted })
  assert.deepEqual((await instance.journal.quote(second, chat)).content, { kind: 'text', text: 'second' })
  const unknown = await instance.journal.quote(first, of('79005000010'))
  assert.deepEqual(unknown, { id: first, participant: '', content: null })
  assert.equal((await instance.journal.message(chat, first))?.id, first)
  assert.equal(await instance.journal.message(of('79005000010'), first), null)
})

test('a file from an address arrives, and is kept and forwarded without another fetch', async () => {
  const instance = await newInstance(domain, { outgoingAPIMessageWebhook: 'yes' })
  await link(world, instance, '79005000011')
  served = 0
  const named = { name: 'picture.jpg', mimeType: '', caption: 'look', jpegThumbnail: '' }
  const source = { at: 'url', url: addressOf('/picture.jpg') } as const
  const id = await sendTo(instance, '79005000012', { kind: 'file', type: 'image', file: source, ...named })
  await until(async () => (await statusOf(instance, id)) === 'delivered')
  const content = await contentOf(instance, id)
  assert.ok(content.kind === 'file' && content.file.at === 'here')
  assert.equal(content.file.sha256, createHash('sha256').update(PICTURE).digest('hex'))
  assert.equal(content.mimeType, 'image/jpeg')
  const told = (await drain(instance)).find((body) => body['idMessage'] === id)
  assert.match(JSON.stringify(told), /\/media\/\d+\/[^"]+\.jpg/, 'the notification links to what is kept')
  const [again] = await forward(instance, '79005000012', '79005000013', [id])
  assert.ok(again !== undefined)
  await until(async () => (await statusOf(instance, again)) === 'delivered')
  assert.equal(served, 1)
  const opened = await instance.openFile(content.file.sha256)
  assert.ok(!isFault(opened) && opened.size === PICTURE.length)
  const unknown = await instance.openFile('ef'.repeat(32))
  assert.ok(isFault(unknown) && unknown.fault === 'notFound')
  assert.match(instance.linkOf(content.file, 'picture.jpg'), /\/media\/\d+\/.*\.jpg$/)
  assert.equal(await instance.bringFile(content.file), undefined)
})

test('an address without a file fails its message alone', async () => {
  const instance = await newInstance(domain)
  await link(world, instance, '79005000014')
  const named = { name: 'gone.jpg', mimeType: '', caption: '', jpegThumbnail: '' }
  const source = { at: 'url', url: addressOf('/gone.jpg') } as const
  const id = await sendTo(instance, '79005000015', { kind: 'file', type: 'image', file: source, ...named })
  await say(instance, '79005000015', 'next')
  await until(async () => (await textsOf(world, '79005000015')).includes('next'))
  const row = await domain.node.store.journal.find(instance.id, id)
  assert.equal(row?.status, 'failed')
  assert.match(row.description, /404/)
})

test('typing and facets need a linked account, and a facet answers from the network', async () => {
  const instance = await newInstance(domain)
  const before = instance.typing(of('79005000017'), 1000)
  assert.equal(before?.fault, 'notLinked')
  const none = instance.facet('contacts')
  assert.ok(isFault(none) && none.fault === 'notLinked')
  await link(world, instance, '79005000016')
  assert.equal(instance.typing(of('79005000017'), 400), undefined)
  const startedAt = Date.now()
  await say(instance, '79005000017', 'after the typing')
  await until(async () => (await textsOf(world, '79005000017')).length === 1)
  assert.ok(Date.now() - startedAt >= 350)
  const contacts = instance.facet('contacts')
  assert.ok(!isFault(contacts))
  const found = await contacts.find({ phone: '79005000017' })
  assert.ok(!isFault(found))
  assert.equal(found.account?.chat, of('79005000017'))
})

test('where the messenger tells no sent, delivered is told once, and a receipt raises it to read', async () => {
  const instance = await newInstance(domain, { outgoingWebhook: 'yes' }, 'v3')
  await link(world, instance, '79005000020')
  const id = await say(instance, '79005000021', 'hello')
  assert.match(id, /^\d{18}$/)
  await until(async () => (await statusOf(instance, id)) === 'delivered')
  await world.simulator('POST', 'read', { phone: '79005000021', chat: '79005000020', messenger: 'v3' })
  await until(async () => (await statusOf(instance, id)) === 'read')
  const told = (await drain(instance)).filter((body) => body['idMessage'] === id).map((body) => body['status'])
  assert.deepEqual(told, ['delivered', 'read'])
})

test('the files of a deleted instance are removed, and those that are kept no longer', async () => {
  await domain.stop()
  domain = await world.start({ keepMediaMs: 3_600_000 })
  const { media } = domain.node
  const kept: { instance: Instance; sha256: string }[] = []
  for (const text of ['of a deleted one', 'of a live one']) {
    const instance = await newInstance(domain)
    const draft = await media.receive(Readable.from([Buffer.from(text)]), 1000)
    assert.ok(draft !== 'tooLarge')
    await draft.keep(instance.id)
    kept.push({ instance, sha256: draft.sha256 })
  }
  const [deleted, live] = kept
  assert.ok(deleted !== undefined && live !== undefined)
  await domain.instances.delete(deleted.instance)
  await domain.retention.run()
  assert.equal(await media.open(deleted.instance.id, deleted.sha256), null)
  assert.ok((await media.open(live.instance.id, live.sha256)) !== null)
  await domain.stop()
  domain = await world.start({ keepMediaMs: -1000 })
  await domain.retention.run()
  assert.equal(await domain.node.media.open(live.instance.id, live.sha256), null)
})
