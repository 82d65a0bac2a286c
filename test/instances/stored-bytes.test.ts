// Truth: docs/operators/billing.md: without room uploads and fetches are refused, and what the network brings is kept all the same.
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { after, before, test } from 'node:test'
import type { Instance } from '../../src/instances/instance.ts'
import type { Draft } from '../../src/media/media.ts'
import { fault, isFault } from '../../src/model/fault.ts'
import { drain, link, newInstance, openWorld, sendTo, until, type Domain, type World } from '../support/domain.ts'
import { picture } from '../support/stage.ts'

const FULL = fault('quotaExceeded', 'no room for more')
const BYTES = Buffer.from('thirty bytes of something else')

let world: World
let domain: Domain
let files: Server
let room: number
let stored = 0

before(async () => {
  world = await openWorld()
  room = Number.POSITIVE_INFINITY
  domain = await world.startWith({
    entitlements: {
      roomFor: (_account, bytes) => (stored + bytes > room ? FULL : undefined),
      kept: (_account, bytes) => {
        stored += bytes
      },
    },
  })
  files = createServer((_request, response) => response.end(BYTES)).listen(0, '127.0.0.1')
  await new Promise((resolve) => files.once('listening', resolve))
})
after(async () => {
  files.closeAllConnections()
  files.close()
  await world.close()
})

async function draftOf(text: string): Promise<Draft> {
  const draft = await domain.node.media.receive(Readable.from([Buffer.from(text)]), 1000)
  assert.ok(draft !== 'tooLarge')
  return draft
}

async function keep(instance: Instance, text: string): Promise<unknown> {
  const draft = await draftOf(text)
  const kept = await instance.keepFile(draft)
  await draft.discard()
  return isFault(kept) ? kept.fault : kept.size
}

test('an upload is kept as long as there is room; what is there already needs none', async () => {
  const instance = await newInstance(domain)
  stored = 0
  room = 10
  assert.equal(await keep(instance, '12345'), 5)
  assert.equal(await keep(instance, '123456'), 'quotaExceeded')
  assert.equal(await keep(instance, '54321'), 5)
  assert.equal(await keep(instance, '1'), 'quotaExceeded')
  assert.equal(await keep(instance, '12345'), 5)
  assert.deepEqual([stored, await domain.node.media.bytesOf(instance.id)], [10, 10])
})

test('of many at once no more are kept than there is room for', async () => {
  const instance = await newInstance(domain)
  stored = 0
  room = 30
  const kept = await Promise.all(Array.from({ length: 10 }, (_, index) => keep(instance, `${String(index)}2345`)))
  assert.equal(kept.filter((outcome) => outcome === 5).length, 6)
  assert.equal(await domain.node.media.bytesOf(instance.id), 30)
})

test('a file that could not be kept takes no room', async () => {
  const instance = await newInstance(domain)
  stored = 0
  room = 100
  const draft = await draftOf('12345')
  await assert.rejects(instance.keepFile({ ...draft, keep: () => Promise.reject(new Error('the disk is full')) }))
  assert.equal(stored, 0)
  await draft.discard()
})

test('a file at a URL that has no room: the message is failed with the reason, and the next one leaves', async () => {
  const instance = await newInstance(domain, { outgoingWebhook: 'yes' })
  await link(world, instance, '79009200001')
  stored = 0
  room = 29
  const url = `http://127.0.0.1:${String((files.address() as AddressInfo).port)}/a.jpg`
  const id = await sendTo(instance, '79009200002', picture({ at: 'url', url }))
  const next = await sendTo(instance, '79009200002', { kind: 'text', text: 'next' })
  const { journal } = domain.node.store
  await until(async () => (await journal.find(instance.id, next))?.status !== 'pending')
  const row = await journal.find(instance.id, id)
  assert.deepEqual([row?.status, row?.description], ['failed', 'no room for more'])
  assert.ok((await drain(instance)).some((body) => body['status'] === 'failed' && body['idMessage'] === id))
  room = 30
  const again = await sendTo(instance, '79009200002', picture({ at: 'url', url }))
  await until(async () => ['sent', 'delivered'].includes((await journal.find(instance.id, again))?.status ?? ''))
  assert.equal(stored, BYTES.length)
})

test('what the network brings is kept and counted, room or not', async () => {
  const instance = await newInstance(domain, { incomingWebhook: 'yes' })
  await link(world, instance, '79009200003')
  stored = 0
  room = 0
  const sha256 = await world.upload(BYTES)
  const content = { kind: 'file', file: sha256, type: 'image', name: 'a.jpg', mimeType: 'image/jpeg' }
  await world.simulator('POST', 'messages', { from: '79009200004', to: '79009200003', content })
  await until(async () => (await domain.node.media.bytesOf(instance.id)) === BYTES.length)
  await until(() => stored === BYTES.length)
  assert.equal(await keep(instance, 'x'), 'quotaExceeded')
})
