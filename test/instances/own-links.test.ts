// Truth: a link that a notification gave is good from that moment on, also for sendFileByUrl, whether or not the file's bytes are here yet.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Instance } from '../../src/instances/instance.ts'
import type { FileContent, KeptFile } from '../../src/model/content.ts'
import { newInstance, openWorld, sendTo, until, type Domain, type World } from '../support/domain.ts'
import { brought, chatOf, ScriptedMessenger, written, type ScriptedSession } from '../support/scripted-messenger.ts'

const TO = '79007100999'
let world: World
let domain: Domain
const messenger = new ScriptedMessenger()
let phones = 79_007_100_000

before(async () => {
  world = await openWorld()
  domain = await world.startWith({ node: { drivers: new Map([['whatsapp', messenger]]) } })
})
after(() => world.close())

async function linked(): Promise<[Instance, ScriptedSession]> {
  const instance = await newInstance(domain)
  await messenger.link(instance, String((phones += 1)))
  return [instance, messenger.of(instance)]
}

function picture(file: FileContent['file']): FileContent {
  return { kind: 'file', type: 'image', file, name: 'a.jpg', mimeType: 'image/jpeg', caption: '', jpegThumbnail: '' }
}

/** A picture comes in whose download waits until it is let go; gives it with its link. */
async function brings(instance: Instance, session: ScriptedSession, said: string) {
  const file: KeptFile = messenger.offer(Buffer.from(said))
  let letGo: () => void = () => undefined
  session.gate = new Promise((resolve) => (letGo = resolve))
  await session.bring(brought(written(picture(file))))
  return { file, url: instance.linkOf(file, 'a.jpg'), letGo }
}

const sentFile = (session: ScriptedSession) => {
  const content = session.sent[0]?.message.content
  return content?.kind === 'file' && content.file.at === 'here' ? content.file.sha256 : undefined
}

test('what came in is sent back by its link before its bytes are here', async () => {
  const [instance, session] = await linked()
  const { file, url, letGo } = await brings(instance, session, 'not here yet')
  const id = await sendTo(instance, TO, picture({ at: 'url', url }))
  await sleep(100)
  letGo()
  await until(() => instance.queued === 0)
  const row = await instance.journal.message(chatOf(TO), id)
  assert.deepEqual([row?.status, row?.description], ['sent', ''])
  assert.equal(sentFile(session), file.sha256)
  assert.deepEqual(session.downloads, [file.sha256], 'it was downloaded once')
})

test('what came to one instance is sent by another, even when the first connects only later', async () => {
  const [first, source] = await linked()
  const [second, session] = await linked()
  const { file, url, letGo } = await brings(first, source, 'of another instance')
  source.break()
  letGo()
  await until(() => source.downloads.length > 0)
  const id = await sendTo(second, TO, picture({ at: 'url', url }))
  await until(() => second.queued === 0)
  assert.equal((await second.journal.message(chatOf(TO), id))?.status, 'sent')
  assert.equal(sentFile(session), file.sha256)
})

test('a link whose file its messenger has no more fails its message, and the next one leaves', async () => {
  const [instance, session] = await linked()
  const { file, url, letGo } = await brings(instance, session, 'gone soon')
  messenger.files.delete(file.sha256)
  letGo()
  const id = await sendTo(instance, TO, picture({ at: 'url', url }))
  await sendTo(instance, TO, { kind: 'text', text: 'next' })
  await until(() => instance.queued === 0)
  const row = await instance.journal.message(chatOf(TO), id)
  assert.equal(row?.status, 'failed')
  assert.match(row.description, /kept no longer/)
  assert.equal(session.sent.length, 1)
})
