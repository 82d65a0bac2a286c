// Truth: the bytes and hashes that the fake WhatsApp's media servers and phones have; the conformance suite says the rest.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { after, afterEach, before, describe, test } from 'node:test'
import { facet, faultIn, value } from '../../src/drivers/conformance/bench.ts'
import type { Verdict } from '../../src/drivers/driver.ts'
import { engineIsInstalled } from '../../src/drivers/whatsapp/engine/load.ts'
import { sharp, withPicture } from '../../src/drivers/whatsapp/media/sharp.ts'
import { until } from '../../src/lib/until.ts'
import type { FileContent, FileType, KeptFile } from '../../src/model/content.ts'
import { retryOf } from '../../src/model/fault.ts'
import type { MessageId } from '../../src/model/ids.ts'
import type { PhoneFile } from '../fakes/whatsapp/virtual-phone.ts'
import { chatOf, FILE_LIMIT_BYTES, Ground, OWN, PEER, type Linked } from './support/linked.ts'

const skip = engineIsInstalled() ? false : 'the WhatsApp engine is not installed'
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAEklEQVR4nGP4z8AARAwQAAAe8gP9jXVPjwAAAABJRU5ErkJggg==',
  'base64',
)

describe('files to and from the fake WhatsApp', { skip, timeout: 120_000 }, () => {
  let ground: Ground
  let own: Linked

  before(async () => {
    ground = await Ground.open()
    own = await ground.linked()
  })
  afterEach(() => {
    Object.assign(ground.world.network.media.faults, {
      ...{ upload: null, download: null, cutDownloads: 0, spoilDownloads: 0 },
    })
  })
  after(async () => {
    await ground.close()
    assert.deepEqual(ground.world.troubles, [])
    assert.deepEqual(await leftOver(), [])
  })

  const media = () => ground.world.network.media
  const download = (file: KeptFile) => facet(own.session, 'files').download(file, new AbortController().signal)

  function send(type: FileType, bytes: Uint8Array, more: Partial<FileContent> = {}, id = ground.newId()) {
    const about = { name: 'a.pdf', mimeType: 'application/pdf', caption: '', jpegThumbnail: '' }
    const content: FileContent = { kind: 'file', type, file: own.host.keep(bytes), ...about, ...more }
    return own.session.send(id, { chat: chatOf(PEER), content }, new AbortController().signal)
  }

  /** What the other phone made of it: it holds the bytes against all hashes. */
  async function arrived(type: FileType, bytes: Uint8Array, more: Partial<FileContent> = {}): Promise<PhoneFile> {
    const id: MessageId = ground.newId()
    const verdict = await send(type, bytes, more, id)
    assert.ok(verdict.ok, JSON.stringify(verdict))
    const { content } = await ground.world.phone(PEER).sees((message) => message.id === id, 5_000)
    assert.ok(content.kind === 'file', JSON.stringify(content))
    return content
  }

  /** A file that the other phone sent, and its way on the media servers. */
  async function brought(bytes: Uint8Array): Promise<{ readonly file: KeptFile; readonly directPath: string }> {
    const what: PhoneFile = { kind: 'file', type: 'image', bytes, mimeType: 'image/jpeg' }
    const id = await ground.world.phone(PEER).say(OWN, what)
    const message = await until(() => own.host.messages().find((one) => one.id === id), 'the message')
    assert.ok(message.content.kind === 'file' && message.content.file.at === 'here')
    const { file } = message.content
    const { directPath } = JSON.parse(file.remote ?? '') as { directPath: string }
    return { file, directPath }
  }

  test('every sort of file arrives with the bytes that were given', async () => {
    for (const type of ['image', 'video', 'audio', 'document', 'sticker'] as const) {
      const bytes = randomBytes(5_000)
      const file = await arrived(type, bytes, { name: 'a.bin', mimeType: 'a/b' })
      assert.ok(Buffer.from(file.bytes).equals(bytes), type)
      assert.equal(file.type, type)
    }
  })

  test('a picture becomes a sticker where it can be made', async (t) => {
    if ((await sharp()) === null) return t.skip('sharp is not installed')
    const { type, bytes } = await arrived('sticker', PNG, { mimeType: 'image/png' })
    assert.equal(type, 'sticker')
    assert.equal(Buffer.from(bytes).subarray(8, 12).toString(), 'WEBP')
  })

  test('a profile’s picture is a square JPEG of 640 pixels', async (t) => {
    if ((await sharp()) === null) return t.skip('sharp is not installed')
    assert.equal(await facet(own.session, 'profile').setPicture(own.host.keep(PNG)), undefined)
    const shown = Buffer.from(ground.world.pictures.of(OWN) ?? [])
    assert.deepEqual([shown[0], shown[1]], [0xff, 0xd8])
    assert.deepEqual(await withPicture(shown, (_opened, size) => Promise.resolve(size)), { width: 640, height: 640 })
  })

  test('a file that is gone from the servers is brought again by the phone that sent it', async () => {
    const bytes = randomBytes(1_000)
    const { file, directPath } = await brought(bytes)
    media().forget(directPath)
    assert.ok((await buffer(value(await download(file)))).equals(bytes))
    // And as often as it is wanted: where it is then, nobody keeps.
    assert.ok((await buffer(value(await download(file)))).equals(bytes))
  })

  test('a file that nobody has any more is not found', async () => {
    const { file } = await brought(randomBytes(100))
    media().faults.download = { status: 404, times: -1 }
    assert.equal(faultIn(await download(file)), 'notFound')
  })

  test('bytes that are not those that were told end with an error, and never well', async () => {
    const { file } = await brought(randomBytes(1_000))
    media().faults.spoilDownloads = 1
    await assert.rejects(buffer(value(await download(file))))
    media().faults.cutDownloads = 1
    await assert.rejects(buffer(value(await download(file))))
    const other = { ...file, sha256: 'f'.repeat(64) }
    await assert.rejects(buffer(value(await download(other))))
    assert.equal((await buffer(value(await download(file)))).length, 1_000)
  })

  test('servers that can do nothing now are asked later, and a file that is too large not at all', async () => {
    const { file } = await brought(randomBytes(100))
    media().faults.download = { status: 503, times: 1 }
    assert.equal(faultIn(await download(file)), 'unavailable')
    assert.equal(faultIn(await download({ ...file, size: FILE_LIMIT_BYTES + 1 })), 'tooLarge')
  })

  test('an upload is asked for by a new right where the old one is refused', async () => {
    media().faults.upload = { status: 401, times: 1 }
    const before = media().tally.uploads
    await arrived('document', randomBytes(100))
    assert.equal(media().tally.uploads, before + 1)
  })

  test('an upload that fails is a verdict: for now, or for good', async () => {
    const sent = ground.world.phone(PEER).messages().length
    media().faults.upload = { status: 503, times: -1 }
    assert.equal(laterOrNever(await send('document', randomBytes(100))), 'later')
    media().faults.upload = { status: 413, times: -1 }
    assert.equal(laterOrNever(await send('document', randomBytes(100))), 'never')
    media().faults.upload = null
    assert.equal(ground.world.phone(PEER).messages().length, sent)
  })

  test('a network that did not say where files go is asked again for the next', async () => {
    const fresh = await ground.linked(OWN)
    own = fresh
    const content = { kind: 'text', text: 'hello' } as const
    await fresh.session.send(ground.newId(), { chat: chatOf(PEER), content }, new AbortController().signal)
    const { faults } = ground.world.network
    faults.silent = true
    const verdict = send('document', randomBytes(100))
    await until(() => fresh.host.filesRead.length === 1, 'the file to be read')
    await until(async () => {
      ground.clock.skip(21_000)
      return (await Promise.race([verdict, Promise.resolve(null)])) !== null
    }, 'the verdict')
    faults.silent = false
    assert.equal(laterOrNever(await verdict), 'later')
    await arrived('document', randomBytes(100))
  })
})

function laterOrNever(verdict: Verdict): string {
  return verdict.ok ? 'sent' : retryOf(verdict.fault)
}

/** What is still in the folder for files on their way out. */
async function leftOver(): Promise<string[]> {
  const folders = (await readdir(tmpdir())).filter((name) => name.startsWith(`jadegate-media-${String(process.pid)}-`))
  return (await Promise.all(folders.map((folder) => readdir(join(tmpdir(), folder))))).flat()
}
