// Truth: what phones want of each sort of file; where a program or a library is missing, it goes out all the same.
import assert from 'node:assert/strict'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import type { FileContent, FileType } from '../../../model/content.ts'
import { findProgram, setFfmpeg } from './ffmpeg.ts'
import { signOf } from './file-signs.ts'
import { prepare } from './prepare.ts'
import { setSharp, sharp, withPicture } from './sharp.ts'

/** 3 × 2 pixels. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAEklEQVR4nGP4z8AARAwQ' + 'AAAe8gP9jXVPjwAAAABJRU5ErkJggg==',
  'base64',
)
const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw==', 'base64')

/** Answers as the real one does, as far as it is asked: half a second of sound, one frame, or a converted file. */
const PROGRAM = `#!${process.execPath}
const { appendFileSync, writeFileSync } = require('node:fs')
const args = process.argv.slice(2)
appendFileSync(__dirname + '/asked', JSON.stringify({ args, env: Object.keys(process.env) }) + '\\n')
if (require('node:fs').readFileSync(args[args.indexOf('-i') + 1]).includes('broken')) process.exit(1)
const output = args.at(-1)
process.stderr.write('  Duration: 00:01:02.50, start: 0\\n  Stream #0:0: Video: h264 (High), yuv420p, 640x360 [SAR 1:1]\\n')
if (output === 'pipe:1') {
  const sound = Buffer.alloc(20000 * 2)
  for (let at = 0; at < 20000; at += 1) sound.writeInt16LE(at < 10000 ? 100 : -1000, at * 2)
  process.stdout.write(sound.subarray(0, 7001))
  process.stdout.write(sound.subarray(7001))
} else writeFileSync(output, output.endsWith('.ogg') ? 'OggS made OpusHead' : 'made')
`

let folder = ''
let program = ''
let last = 0

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prepare-test-'))
  program = join(folder, 'ffmpeg')
  await writeFile(program, PROGRAM)
  await chmod(program, 0o755)
})
after(async () => {
  setFfmpeg(undefined)
  await rm(folder, { recursive: true, force: true })
})
beforeEach(() => setFfmpeg(null))

test('a picture has its measures and a small form', async (t) => {
  if ((await sharp()) === null) return t.skip('sharp is not installed')
  const { field, kind, about } = await prepared('image', await pictureOf('jpeg', 300, 200), 'image/jpeg')
  assert.deepEqual([field, kind, about.width, about.height], ['imageMessage', 'image', 300, 200])
  const small = await withPicture(Buffer.from(about.jpegThumbnail ?? []), (_opened, size) => Promise.resolve(size))
  assert.deepEqual(small, { width: 72, height: 48 })
})

test('a small form that is given is not replaced', async () => {
  const given = { jpegThumbnail: Buffer.from('small').toString('base64') }
  const { about } = await prepared('image', PNG, 'image/png', given)
  assert.equal(Buffer.from(about.jpegThumbnail ?? []).toString(), 'small')
})

test('a picture becomes a sticker; a sticker stays as it is', async (t) => {
  if ((await sharp()) === null) return t.skip('sharp is not installed')
  const made = await prepared('sticker', await pictureOf('png', 40, 20), 'image/png')
  assert.deepEqual([made.field, made.kind, made.about.mimetype], ['stickerMessage', 'sticker', 'image/webp'])
  const bytes = await readFile(made.path)
  assert.equal(signOf(bytes), 'webp')
  const size = await withPicture(bytes, (_opened, measures) => Promise.resolve(measures))
  assert.deepEqual(size, { width: 512, height: 512 })
  const kept = await prepared('sticker', bytes, 'image/webp')
  assert.ok((await readFile(kept.path)).equals(bytes))
  assert.deepEqual([kept.about.width, kept.about.height, kept.about.isAnimated], [512, 512, false])
})

test('without the library everything goes out as it is', async (t) => {
  setSharp(false)
  t.after(() => setSharp(true))
  const picture = await prepared('image', PNG, 'image/png')
  assert.deepEqual(picture.about, { mimetype: 'image/png' })
  const sticker = await prepared('sticker', PNG, 'image/png')
  assert.equal(sticker.field, 'imageMessage')
})

test('a voice message that phones can play is not touched, and has its length', async () => {
  const { field, about, path } = await prepared('audio', opus(2.4), 'audio/ogg', { isVoice: true })
  assert.deepEqual(
    [field, about.ptt, about.mimetype, about.seconds],
    ['audioMessage', true, 'audio/ogg; codecs=opus', 2],
  )
  assert.ok((await readFile(path)).equals(opus(2.4)))
})

test('the loudness of a voice message is drawn', async () => {
  setFfmpeg(program)
  const { about } = await prepared('audio', opus(2.4), 'audio/ogg', { isVoice: true })
  assert.deepEqual([about.seconds, about.waveform?.length], [2, 64])
  assert.deepEqual([about.waveform?.[0], about.waveform?.[63]], [10, 100])
})

test('another sound becomes a voice message, or goes out as a sound', async () => {
  const mp3 = Buffer.from('ID3 the sound')
  const plain = await prepared('audio', mp3, 'audio/mpeg', { isVoice: true })
  assert.deepEqual([plain.field, plain.about.ptt, plain.about.mimetype], ['audioMessage', undefined, 'audio/mpeg'])
  setFfmpeg(program)
  const made = await prepared('audio', mp3, 'audio/mpeg', { isVoice: true })
  assert.deepEqual([made.about.ptt, made.about.mimetype], [true, 'audio/ogg; codecs=opus'])
  assert.match(await readFile(made.path, 'utf8'), /OpusHead/)
  const failed = await prepared('audio', Buffer.from('ID3 broken'), 'audio/mpeg', { isVoice: true })
  assert.deepEqual([failed.about.ptt, failed.about.seconds], [undefined, undefined])
})

test('a film has its length, measures and first frame where they can be had', async () => {
  const film = Buffer.from('....ftypisom')
  assert.deepEqual((await prepared('video', film, 'video/mp4')).about, { mimetype: 'video/mp4' })
  setFfmpeg(program)
  const { field, about } = await prepared('video', film, 'video/mp4')
  assert.deepEqual([field, about.seconds, about.width, about.height], ['videoMessage', 63, 640, 360])
  assert.equal(Buffer.from(about.jpegThumbnail ?? []).toString(), 'made')
  assert.equal((await prepared('video', film, 'video/mp4', { isVideoNote: true })).field, 'ptvMessage')
  assert.equal((await prepared('video', film, 'video/mp4', { isAnimated: true })).about.gifPlayback, true)
})

test('a GIF becomes a film that plays by itself, or a picture', async () => {
  assert.equal((await prepared('image', GIF, 'image/gif')).field, 'imageMessage')
  setFfmpeg(program)
  const { field, kind, about, path } = await prepared('image', GIF, 'image/gif')
  assert.deepEqual([field, kind, about.mimetype, about.gifPlayback], ['videoMessage', 'video', 'video/mp4', true])
  assert.equal(await readFile(path, 'utf8'), 'made')
})

test('the program is told what it reads, may follow nothing, and is given no secrets', async () => {
  setFfmpeg(program)
  await prepared('video', Buffer.from('....ftypisom'), 'video/mp4')
  const lines = (await readFile(join(folder, 'asked'), 'utf8')).trim().split('\n')
  const asked = JSON.parse(lines.at(-1) ?? '') as { args: string[]; env: string[] }
  assert.equal(asked.args[asked.args.indexOf('-protocol_whitelist') + 1], 'file,pipe')
  assert.equal(asked.args[asked.args.lastIndexOf('-f', asked.args.indexOf('-i')) + 1], 'mov')
  assert.deepEqual(
    asked.env.filter((name) => !name.startsWith('__')),
    [],
  )
})

test('what has no known sign is not given to the program, and goes out as it is called', async () => {
  setFfmpeg(program)
  for (const type of ['video', 'audio', 'image', 'sticker'] as const) {
    const bytes = Buffer.from('#EXTM3U file:///etc/hosts')
    assert.ok((await readFile((await prepared(type, bytes, 'a/b')).path)).equals(bytes), type)
  }
  const lines = await readFile(join(folder, 'asked'), 'utf8')
  assert.doesNotMatch(lines, /EXTM3U/)
})

test('a program is found where it is one, and only there', async () => {
  assert.equal(await findProgram('ffmpeg', `relative:/nowhere:${folder}`), program)
  assert.equal(await findProgram('asked', folder), null)
  assert.equal(await findProgram('ffmpeg', ''), null)
})

async function prepared(type: FileType, bytes: Buffer, mimeType: string, more: Partial<FileContent> = {}) {
  last += 1
  const own = await mkdtemp(join(folder, 'own-'))
  const path = join(own, String(last))
  await writeFile(path, bytes)
  const file = { at: 'here', sha256: '', size: bytes.length } as const
  const about = { name: 'a.bin', mimeType, caption: '', jpegThumbnail: '' }
  const content: FileContent = { kind: 'file', type, file, ...about, ...more }
  return await prepare(content, path, own, new AbortController().signal)
}

/** Two pages of Ogg: the head, and one that ends after so long. */
function opus(seconds: number): Buffer {
  const head = Buffer.concat([page(0n), Buffer.from('OpusHead\x01\x01'), Buffer.from([0x38, 0x01])])
  return Buffer.concat([head, Buffer.alloc(500), page(BigInt(Math.round(seconds * 48_000) + 312))])
}

function page(position: bigint): Buffer {
  const bytes = Buffer.alloc(27)
  bytes.write('OggS')
  bytes.writeBigInt64LE(position, 6)
  return bytes
}

async function pictureOf(format: 'jpeg' | 'png', width: number, height: number): Promise<Buffer> {
  const name = 'sharp'
  const { default: make } = (await import(name)) as {
    default: (options: object) => Record<string, () => { toBuffer(): Promise<Buffer> }>
  }
  const picture = make({ create: { width, height, channels: 3, background: '#aa3300' } })
  const encoded = picture[format]?.()
  assert.ok(encoded !== undefined)
  return encoded.toBuffer()
}
