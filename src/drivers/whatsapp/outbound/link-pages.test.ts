// Truth: what the host was asked for, and the bytes of the pictures as the picture library reads them.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { silentLog } from '../../../lib/log.ts'
import { systemRandom } from '../../../lib/random.ts'
import { SkippingClock } from '../../../lib/skipping-clock.ts'
import type { LinkPreview, TextContent } from '../../../model/content.ts'
import { RecordingHost } from '../../conformance/host.ts'
import type { PagePreview } from '../../driver.ts'
import { setSharp, sharp, withPicture } from '../media/sharp.ts'
import { LinkPages } from './link-pages.ts'

const skip = (await sharp()) === null ? 'the picture library is not installed' : false

const LINK = 'https://shop.example'
const EMPTY: LinkPreview = { title: '', description: '', link: LINK, jpegThumbnail: '', urlFile: '', size: 'small' }
const WORDS: PagePreview = { title: 'Shop', description: 'All for sale', image: null }
const SIGNAL = new AbortController().signal

function open(page: PagePreview | null) {
  const clock = new SkippingClock()
  const host = new RecordingHost(1, { clock, random: systemRandom, log: silentLog })
  host.pagePreview = () => Promise.resolve(page)
  return { clock, host, pages: new LinkPages(host) }
}

function text(preview: Partial<LinkPreview> = {}): TextContent {
  return { kind: 'text', text: `see ${LINK}`, forwardingScore: 2, preview: { ...EMPTY, ...preview } }
}

/** Each pixel of a color of its own: nothing makes a picture larger. */
async function noise(side: number): Promise<Buffer> {
  const opened = await withPicture(bitmap(side), (picture) => picture().jpeg({ quality: 100 }).toBuffer())
  assert.ok(opened !== null)
  return opened
}

/** The simplest picture that there is to write: a TIFF of plain colors. */
function bitmap(side: number): Buffer {
  const entries = [
    [256, side],
    [257, side],
    [258, 8],
    [259, 1],
    [262, 1],
    [273, 8 + 2 + 9 * 12 + 4],
    [277, 1],
    [278, side],
    [279, side * side],
  ] as const
  const head = Buffer.alloc(8 + 2 + entries.length * 12 + 4)
  head.write('II*\0', 0, 'latin1')
  head.writeUInt32LE(8, 4)
  head.writeUInt16LE(entries.length, 8)
  entries.forEach(([tag, value], index) => {
    const at = 10 + index * 12
    head.writeUInt16LE(tag, at)
    head.writeUInt16LE(4, at + 2)
    head.writeUInt32LE(1, at + 4)
    head.writeUInt32LE(value, at + 8)
  })
  return Buffer.concat([head, randomBytes(side * side)])
}

async function measuresOf(jpeg: Buffer): Promise<object> {
  const measures = await withPicture(jpeg, (_opened, about) => Promise.resolve(about))
  assert.ok(measures !== null)
  return measures
}

describe('a text with a link', () => {
  test('gets the words of the page, and keeps everything of its own', async () => {
    const { host, pages } = open(WORDS)
    const given = text({ urlFile: 'https://shop.example/a.png', description: '' })
    assert.deepEqual(await pages.fill(given, SIGNAL), {
      content: { ...given, preview: { ...given.preview, title: 'Shop', description: 'All for sale' } },
      picture: null,
    })
    assert.deepEqual(host.pagesAsked, [LINK])
    const own = await pages.fill(text({ description: 'mine' }), SIGNAL)
    assert.equal(own.content.preview?.description, 'mine')
  })

  test('that brings a title or a picture is as it was, and nobody is asked', async () => {
    const { host, pages } = open(WORDS)
    const bare: TextContent = { kind: 'text', text: `see ${LINK}` }
    for (const own of [text({ title: 'Mine' }), text({ jpegThumbnail: 'aGk=' }), bare])
      assert.deepEqual(await pages.fill(own, SIGNAL), { content: own, picture: null })
    assert.deepEqual(host.pagesAsked, [])
  })

  test('goes without a preview where there is nothing to show, or no link', async () => {
    const plain = { kind: 'text', text: `see ${LINK}`, forwardingScore: 2 }
    for (const page of [null, { title: '', description: 'x', image: Buffer.from('no picture') }]) {
      assert.deepEqual((await open(page).pages.fill(text(), SIGNAL)).content, plain)
    }
    const { host, pages } = open(WORDS)
    assert.deepEqual((await pages.fill(text({ link: '' }), SIGNAL)).content, plain)
    assert.deepEqual(host.pagesAsked, [])
  })

  test('is looked at once for many, and again after its time', async () => {
    const { clock, host, pages } = open(WORDS)
    for (let times = 0; times < 3; times += 1) await pages.fill(text(), SIGNAL)
    assert.equal(host.pagesAsked.length, 1)
    clock.skip(10 * 60_000)
    host.pagePreview = () => Promise.resolve(null)
    for (let times = 0; times < 3; times += 1) await pages.fill(text(), SIGNAL)
    assert.equal(host.pagesAsked.length, 2)
    clock.skip(60_000)
    host.pagePreview = () => Promise.resolve(WORDS)
    assert.equal((await pages.fill(text(), SIGNAL)).content.preview?.title, 'Shop')
    assert.equal(host.pagesAsked.length, 3)
  })
})

describe('the picture of a page', { skip }, () => {
  test('is 192 pixels wide and 20 KB at most, whatever it was', async () => {
    const { pages } = open({ ...WORDS, image: await noise(900) })
    const { content, picture } = await pages.fill(text(), SIGNAL)
    const thumbnail = Buffer.from(content.preview?.jpegThumbnail ?? '', 'base64')
    assert.deepEqual(await measuresOf(thumbnail), { width: 192, height: 192 })
    assert.ok(thumbnail.length <= 20 * 1024)
    assert.equal(picture, null)
  })

  test('is there in its larger form too where that is wanted', async () => {
    const { pages } = open({ ...WORDS, image: await noise(900) })
    const { content, picture } = await pages.fill(text({ size: 'large' }), SIGNAL)
    assert.notEqual(content.preview?.jpegThumbnail, '')
    assert.ok(picture !== null && picture.length <= 200 * 1024)
    assert.deepEqual(await measuresOf(picture), { width: 800, height: 800 })
  })

  test('is not made larger than it is', async () => {
    const { pages } = open({ ...WORDS, image: await noise(40) })
    const { content } = await pages.fill(text(), SIGNAL)
    const thumbnail = Buffer.from(content.preview?.jpegThumbnail ?? '', 'base64')
    assert.deepEqual(await measuresOf(thumbnail), { width: 40, height: 40 })
  })

  test('that nothing can be made of, or without the library, leaves the words', async () => {
    const broken = open({ ...WORDS, image: Buffer.from('no picture') })
    assert.equal((await broken.pages.fill(text(), SIGNAL)).content.preview?.jpegThumbnail, '')
    const image = await noise(40)
    setSharp(false)
    try {
      const { content } = await open({ ...WORDS, image }).pages.fill(text({ size: 'large' }), SIGNAL)
      assert.deepEqual([content.preview?.title, content.preview?.jpegThumbnail], ['Shop', ''])
    } finally {
      setSharp(true)
    }
  })
})
