// Truth: the same cipher applied in one piece, by hand; a file that was changed anywhere never ends well.
import assert from 'node:assert/strict'
import { createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { systemRandom } from '../../../lib/random.ts'
import { MEDIA_KINDS, type MediaKind } from './media-keys.ts'
import { sealFile } from './seal.ts'
import { Checked, NotAsTold } from '../../network/checked.ts'
import { Unsealing } from './unseal.ts'

const NAMES: Readonly<Record<MediaKind, string>> = {
  ...{ image: 'Image', video: 'Video', audio: 'Audio', document: 'Document', sticker: 'Image' },
}

let folder = ''
let last = 0

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealing-test-'))
})
after(() => rm(folder, { recursive: true, force: true }))

test('what is sealed is what the servers want, in whatever pieces it came', async () => {
  const files = fc.record({
    kind: fc.constantFrom(...MEDIA_KINDS),
    pieces: fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }),
  })
  await fc.assert(
    fc.asyncProperty(files, async ({ kind, pieces }) => {
      const { sealed, body, plain } = await seal(pieces, kind)
      assert.equal(sealed.size, plain.length)
      assert.equal(sealed.sealedSize, body.length)
      assert.deepEqual(Buffer.from(sealed.fileSha256), sha256(plain))
      assert.deepEqual(Buffer.from(sealed.fileEncSha256), sha256(body))
      assert.ok(openByHand(body, sealed.mediaKey, kind).equals(plain))
    }),
    { numRuns: 30 },
  )
})

test('what was sealed is opened as it comes, in whatever pieces', async () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), cuts, async (bytes, sizes) => {
      const { sealed, body, plain } = await seal([bytes], 'document')
      assert.ok((await opened(cut(body, sizes), sealed.mediaKey, plain)).equals(plain))
    }),
    { numRuns: 30 },
  )
})

test('what was changed anywhere, cut off, or sealed with another key ends with an error', async () => {
  const bytes = systemRandom.bytes(100)
  const { sealed, body, plain } = await seal([bytes], 'image')
  for (const at of [0, 20, body.length - 11, body.length - 1]) {
    const spoilt = Buffer.from(body)
    spoilt[at] = (spoilt[at] ?? 0) ^ 1
    await assert.rejects(opened([spoilt], sealed.mediaKey, plain, 'image'), `byte ${String(at)}`)
  }
  for (const length of [0, 5, 10, 26, body.length - 1])
    await assert.rejects(
      opened([body.subarray(0, length)], sealed.mediaKey, plain, 'image'),
      `length ${String(length)}`,
    )
  await assert.rejects(opened([body], systemRandom.bytes(32), plain, 'image'))
  await assert.rejects(opened([body], sealed.mediaKey, plain, 'audio'))
})

test('a file is what was told of it, to the byte', async () => {
  const bytes = Buffer.from('the whole of it')
  const told = { sha256: sha256(bytes).toString('hex'), size: bytes.length }
  assert.ok((await buffer(Readable.from([bytes]).pipe(new Checked(told)))).equals(bytes))
  for (const other of ['the whole of I!', 'the whole', 'the whole of it and more'])
    await assert.rejects(pipeline(Readable.from([Buffer.from(other)]), new Checked(told), drain), NotAsTold, other)
})

test('a file that breaks off is not sealed', async () => {
  const broken = Readable.from(breaksOff())
  const path = join(folder, 'broken')
  await assert.rejects(
    sealFile(broken, 'document', path, systemRandom, new AbortController().signal),
    /the disk failed/,
  )
})

async function seal(pieces: readonly Uint8Array[], kind: MediaKind) {
  last += 1
  const path = join(folder, String(last))
  const plain = Buffer.concat(pieces)
  const stream = Readable.from(pieces.map((piece) => Buffer.from(piece)))
  const sealed = await sealFile(stream, kind, path, systemRandom, new AbortController().signal)
  return { sealed, body: await readFile(path), plain }
}

async function opened(chunks: readonly Buffer[], mediaKey: Uint8Array, plain: Buffer, kind: MediaKind = 'document') {
  const all: Buffer[] = []
  const checked = new Checked({ sha256: sha256(plain).toString('hex'), size: plain.length })
  await pipeline(Readable.from(chunks), new Unsealing(mediaKey, kind), checked, async (source) => {
    for await (const chunk of source as AsyncIterable<Buffer>) all.push(chunk)
  })
  return Buffer.concat(all)
}

function openByHand(body: Buffer, mediaKey: Uint8Array, kind: MediaKind): Buffer {
  const keys = Buffer.from(hkdfSync('sha256', mediaKey, Buffer.alloc(0), `WhatsApp ${NAMES[kind]} Keys`, 112))
  const sealed = body.subarray(0, -10)
  const mac = createHmac('sha256', keys.subarray(48, 80)).update(keys.subarray(0, 16)).update(sealed).digest()
  assert.ok(mac.subarray(0, 10).equals(body.subarray(-10)))
  const decipher = createDecipheriv('aes-256-cbc', keys.subarray(16, 48), keys.subarray(0, 16))
  return Buffer.concat([decipher.update(sealed), decipher.final()])
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = []
  let at = 0
  for (const size of sizes) {
    pieces.push(bytes.subarray(at, at + size))
    at += size
  }
  return [...pieces, bytes.subarray(at)].filter((piece) => piece.length > 0)
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

async function drain(source: AsyncIterable<Buffer>): Promise<number> {
  let size = 0
  for await (const chunk of source) size += chunk.length
  return size
}

function* breaksOff(): Generator<Buffer> {
  yield Buffer.from('half')
  throw new Error('the disk failed')
}
