// Truth: how the issue decided of files: fetched in the background after the commit, once, checked, and again on demand. A scripted network has them.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { Instance } from '../../src/instances/instance.ts'
import { FILE_LIMIT_BYTES } from '../../src/model/content-file.ts'
import type { FileContent, KeptFile } from '../../src/model/content.ts'
import { fault, isFault } from '../../src/model/fault.ts'
import { nameWithoutHash } from '../../src/model/hashless-files.ts'
import { drain, newInstance, openWorld, sendTo, until, type Domain, type World } from '../support/domain.ts'
import { brought, ScriptedMessenger, written } from '../support/scripted-messenger.ts'

let world: World
let domain: Domain
const messenger = new ScriptedMessenger()
let phones = 79_007_000_000
const start = () => world.startWith({ node: { drivers: new Map([['whatsapp', messenger]]) } })

before(async () => {
  world = await openWorld()
  domain = await start()
})
after(() => world.close())

async function linked(): Promise<Instance> {
  const instance = await newInstance(domain, { incomingWebhook: 'yes' })
  await messenger.link(instance, String((phones += 1)))
  return instance
}

async function restarted(instance: Instance): Promise<Instance> {
  await domain.stop()
  domain = await start()
  const again = domain.instances.get(instance.id)
  assert.ok(again !== undefined)
  await until(() => again.isOnline)
  return again
}

let serial = 0
const bytes = () => Buffer.from(`the bytes of file ${String((serial += 1))}`)
function content(file: FileContent['file'], more: Partial<FileContent> = {}): FileContent {
  const rest = { name: 'a.jpg', mimeType: 'image/jpeg', caption: '', jpegThumbnail: '' }
  return { kind: 'file', type: 'image', file, ...rest, ...more }
}
const isKept = async (instance: Instance, file: KeptFile) =>
  (await domain.node.media.open(instance.id, file.sha256)) !== null

test('an incoming file is fetched by itself, and its notification has the link that it is found by', async () => {
  const instance = await linked()
  const data = bytes()
  const file = messenger.offer(data)
  await messenger.of(instance).bring(brought(written(content(file))))
  const [body] = await drain(instance)
  assert.match(JSON.stringify(body), new RegExp(`/media/${String(instance.id)}/[^"]+/${file.sha256}\\.jpg`))
  await until(() => isKept(instance, file))
  const found = await instance.openFile(file.sha256)
  assert.ok(!isFault(found))
  assert.deepEqual(await buffer(found.read()), data)
  assert.deepEqual(messenger.of(instance).downloads, [file.sha256])
})

test('a file of which the network tells no hash and no size is kept under the name that stands for it, and sent as what it is', async () => {
  const instance = await linked()
  const data = bytes()
  const file = messenger.offerAs(nameWithoutHash('file 1'), data, 0)
  const session = messenger.of(instance)
  await session.bring(brought(written(content(file))))
  const link = new RegExp(`/media/${String(instance.id)}/[^"]+/${file.sha256}\\.jpg`)
  await until(() => isKept(instance, file))
  assert.match(JSON.stringify(await drain(instance)), link)
  const found = await instance.openFile(file.sha256)
  assert.ok(!isFault(found))
  assert.deepEqual(await buffer(found.read()), data)
  await sendTo(instance, '79004000001', content(file))
  await until(() => session.sent.length === 1)
  const [sent] = session.sent
  assert.ok(sent?.message.content.kind === 'file')
  assert.deepEqual(sent.message.content.file, { ...file, size: data.length })
  assert.deepEqual(session.downloads, [file.sha256])
})

test('everybody who wants a file at one time waits for the same download', async () => {
  const instance = await linked()
  const session = messenger.of(instance)
  const file = messenger.offer(bytes())
  let open: () => void = () => undefined
  session.gate = new Promise((resolve) => (open = resolve))
  await session.bring(brought(written(content(file))))
  const asked = [instance.bringFile(file), instance.bringFile(file), instance.openFile(file.sha256)]
  await until(() => session.downloads.length > 0)
  await sleep(50)
  open()
  const [first, second, found] = await Promise.all(asked)
  assert.deepEqual([first, second, isFault(found)], [undefined, undefined, false])
  assert.deepEqual(session.downloads, [file.sha256])
})

test('two are fetched at one time, all of them in the end', async () => {
  const instance = await linked()
  const session = messenger.of(instance)
  const files = Array.from({ length: 7 }, () => messenger.offer(bytes()))
  let open: () => void = () => undefined
  session.gate = new Promise((resolve) => (open = resolve))
  await session.bring(...files.map((file) => brought(written(content(file)))))
  await until(() => session.downloads.length === 2)
  await sleep(50)
  assert.equal(session.downloads.length, 2)
  open()
  await until(async () => (await Promise.all(files.map((file) => isKept(instance, file)))).every(Boolean))
  assert.equal(session.downloads.length, 7)
})

test('a file whose download hangs does not hold up the next one that comes', async () => {
  const instance = await linked()
  const session = messenger.of(instance)
  session.gate = new Promise(() => undefined)
  await session.bring(brought(written(content(messenger.offer(bytes())))))
  await until(() => session.downloads.length === 1)
  session.gate = undefined
  const next = messenger.offer(bytes())
  await session.bring(brought(written(content(next))))
  await until(() => isKept(instance, next))
})

test('many files may be asked for at one time: the process has nothing to warn of', async () => {
  const instance = await linked()
  const session = messenger.of(instance)
  const files = Array.from({ length: 40 }, () => messenger.offer(bytes()))
  const warnings: Error[] = []
  const note = (warning: Error) => warnings.push(warning)
  process.on('warning', note)
  let open: () => void = () => undefined
  session.gate = new Promise((resolve) => (open = resolve))
  const asked = files.map((file) => instance.bringFile(file))
  await sleep(50)
  open()
  assert.deepEqual(new Set(await Promise.all(asked)), new Set([undefined]))
  process.off('warning', note)
  assert.deepEqual(warnings, [])
})

test('what a crash or a lost connection left unfetched is fetched: at the next opening, or when it is asked for', async () => {
  let instance = await linked()
  const file = messenger.offer(bytes())
  const later = messenger.offer(bytes())
  let session = messenger.of(instance)
  let open: () => void = () => undefined
  session.gate = new Promise((resolve) => (open = resolve))
  await session.bring(brought(written(content(file))))
  await until(() => session.downloads.length === 1)
  session.break()
  open()
  await until(() => instance.isOnline)
  await until(() => isKept(instance, file))
  session = messenger.of(instance)
  session.gate = new Promise(() => undefined)
  await session.bring(brought(written(content(later))))
  session.gate = undefined
  void session.disconnect()
  messenger.files.delete(later.sha256)
  instance = await restarted(instance)
  assert.equal(await isKept(instance, later), false)
  messenger.offer(Buffer.from(`the bytes of file ${String(serial)}`))
  const found = await instance.openFile(later.sha256)
  assert.ok(!isFault(found), 'the store remembers how it is fetched')
})

test('a stop does not wait for a download that hangs', async () => {
  const instance = await linked()
  const session = messenger.of(instance)
  const file = messenger.offer(bytes())
  session.gate = new Promise(() => undefined)
  await session.bring(brought(written(content(file))))
  await until(() => session.downloads.length === 1)
  const asked = instance.bringFile(file)
  await domain.stop()
  assert.equal((await asked)?.fault, 'unavailable')
  domain = await start()
})

test('what a network gives only after the stop is thrown away, and its end is heard', async () => {
  const instance = await linked()
  const session = messenger.of(instance)
  const file = messenger.offer(bytes())
  // The body of a request: destroyed unread, it says so with an error, which would end the process if nobody heard it.
  const body = new Readable({ read: () => undefined })
  body._destroy = (error, done) => done(error ?? new Error('aborted before it was read'))
  let give: () => void = () => undefined
  const files = session.facets.files
  assert.ok(files !== undefined)
  Object.assign(files, { download: () => new Promise((resolve) => (give = () => resolve(body))) })
  await session.bring(brought(written(content(file))))
  await sleep(20)
  await domain.stop()
  give()
  await until(() => body.destroyed)
  await sleep(20)
  domain = await start()
})

test('bytes that are not those of the hash are never kept', async () => {
  const instance = await linked()
  const file = messenger.offer(bytes())
  messenger.files.set(file.sha256, Buffer.from('something else'))
  await messenger.of(instance).bring(brought(written(content(file))))
  const trouble = await instance.bringFile(file)
  assert.equal(trouble?.fault, 'fileGone')
  assert.equal(await isKept(instance, file), false)
})

test('what the network says instead of the bytes is told; what is too large is not asked for', async () => {
  const instance = await linked()
  const session = messenger.of(instance)
  const gone = messenger.offer(bytes())
  messenger.files.set(gone.sha256, fault('rateLimited', 'not now'))
  assert.equal((await instance.bringFile(gone))?.fault, 'rateLimited')
  const large: KeptFile = { at: 'here', sha256: '0'.repeat(64), size: FILE_LIMIT_BYTES + 1, remote: 'x' }
  assert.equal((await instance.bringFile(large))?.fault, 'tooLarge')
  assert.deepEqual(session.downloads, [gone.sha256])
  session.break()
  assert.equal((await instance.bringFile(gone))?.fault, 'notConnected')
})

test('a file that this instance never had is not found, nor one of another instance', async () => {
  const [mine, other] = [await linked(), await linked()]
  const file = messenger.offer(bytes())
  await messenger.of(mine).bring(brought(written(content(file))))
  await until(() => isKept(mine, file))
  const found = await other.openFile(file.sha256)
  assert.ok(isFault(found))
  assert.equal(found.fault, 'notFound')
})

test('a file that lost how it is fetched, as one that is forwarded may, is fetched by what was stored', async () => {
  const instance = await linked()
  const file = messenger.offer(bytes())
  const quote = { id: 'QUOTED' as never, participant: '' as never, content: content(file) }
  await messenger.of(instance).bring(brought(written({ kind: 'text', text: 'a reply', quote })))
  assert.equal(await isKept(instance, file), false, 'what is only quoted is not fetched by itself')
  const { at, sha256, size } = file
  assert.equal(await instance.bringFile({ at, sha256, size }), undefined)
  assert.equal(await isKept(instance, file), true)
  const unknown: KeptFile = { at: 'here', sha256: 'f'.repeat(64), size: 1 }
  assert.equal((await instance.bringFile(unknown))?.fault, 'fileGone')
})

test('the driver reads the bytes of what it sends; what cannot be had rejects', async () => {
  const instance = await linked()
  const data = bytes()
  const file = messenger.offer(data)
  const { host } = messenger.of(instance)
  assert.deepEqual(await buffer(await host.file(file)), data)
  await assert.rejects(host.file({ at: 'here', sha256: 'e'.repeat(64), size: 1 }), /not available/)
})

test('an instance that is not connected gives what it has, and says of the rest that it cannot be had now', async () => {
  const instance = await linked()
  const [kept, missing] = [messenger.offer(bytes()), messenger.offer(bytes())]
  await messenger.of(instance).bring(brought(written(content(kept))))
  await until(() => isKept(instance, kept))
  await instance.logout()
  assert.ok(!isFault(await instance.openFile(kept.sha256)))
  assert.equal((await instance.bringFile(missing))?.fault, 'notConnected')
})
