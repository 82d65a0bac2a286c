// Truth: our notes of how files are handed over (a form for pictures, bytes with their range for the rest), against a server of its own, and the
// contract of drivers: a file is streamed, whole or not sent at all, and only to where the rules allow it.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { after, describe, test } from 'node:test'
import { until } from '../../../lib/until.ts'
import type { FileContent } from '../../../model/content.ts'
import { isFault } from '../../../model/fault.ts'
import { sendingLife, type SendingLife } from '../../../../test/max/support/sending-life.ts'
import { Uploads } from './upload.ts'

const [PHOTO, VIDEO, FILE] = [80, 82, 87]

interface Came {
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
}
const came: Came[] = []
type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>
/** Takes everything, unless a test wants something else. */
const usual: Answer = async (request, response) => {
  came.push({ url: request.url ?? '', headers: request.headers, bytes: await buffer(request) })
  response.end(request.url === '/photo' ? JSON.stringify({ photos: { p1: { token: 'photo-token' } } }) : '{}')
}
let answer = usual
const server = createServer((request, response) => {
  answer(request, response).catch(() => response.destroy())
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
// Timers of a session keep no process alive.
const awake = setInterval(() => undefined, 1_000)
after(() => {
  clearInterval(awake)
  server.close().closeAllConnections()
})

interface Scene extends SendingLife {
  readonly uploads: Uploads
  readonly content: (
    type: FileContent['type'],
    mimeType: string,
    bytes: Buffer,
    more?: Partial<FileContent>,
  ) => FileContent
  readonly bring: (content: FileContent, signal?: AbortSignal) => ReturnType<Uploads['bring']>
}

function scene(): Scene {
  came.length = 0
  answer = usual
  const life = sendingLife()
  const { network, handovers, host } = life
  const info = (name: string, id: number) => ({ url: `${base}/${name}`, token: `${name}-token`, [`${name}Id`]: id })
  network.answers(PHOTO, () => ({ url: `${base}/photo` }))
  network.answers(FILE, () => ({ info: [info('file', 7)] }))
  network.answers(VIDEO, ({ type }) => ({ info: [type === 2 ? info('audio', 9) : info('video', 8)] }))
  for (const id of ['7', '8', '9']) handovers.ready(id)
  const uploads = new Uploads(life)
  return {
    ...{ ...life, uploads },
    bring: (content, signal = new AbortController().signal) => uploads.bring(content, signal),
    content: (type, mimeType, bytes, more = {}) => ({
      ...{ kind: 'file', type, mimeType, name: 'счёт 1.pdf', caption: '', jpegThumbnail: '' },
      ...{ file: host.keep(bytes), ...more },
    }),
  }
}

async function brought(uploaded: ReturnType<Uploads['bring']>) {
  const end = await uploaded
  assert.ok(!isFault(end), JSON.stringify(end))
  return end
}

const faultIn = async (uploaded: ReturnType<Uploads['bring']>) => {
  const end = await uploaded
  return isFault(end) ? end.fault : 'ok'
}

/** A voice message: two pages that say what it is, and two of sound that end after so many samples. */
function voice(samples: number): Buffer {
  const page = (granule: bigint, body: Buffer) => {
    const head = Buffer.alloc(27)
    head.write('OggS')
    head.writeBigInt64LE(granule, 6)
    head.writeUInt8(1, 26)
    return Buffer.concat([head, Buffer.of(body.length), body])
  }
  const sound = [page(BigInt(samples / 2), Buffer.alloc(20, 1)), page(BigInt(samples), Buffer.alloc(200, 2))]
  return Buffer.concat([page(0n, Buffer.from('OpusHead')), page(0n, Buffer.from('OpusTags')), ...sound])
}

describe('a file on its way to MAX', () => {
  test('that is a picture goes as a form, and is attached by its token', async () => {
    const { bring, content } = scene()
    const { attach } = await brought(bring(content('image', 'image/jpeg', Buffer.from('pixels'))))
    assert.deepEqual(attach, { kind: 'photo', token: 'photo-token' })
    const [{ headers, bytes } = { headers: {}, bytes: Buffer.alloc(0) }] = came
    const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(headers['content-type'] ?? '')?.[1] ?? 'none'
    const form = bytes.toString()
    assert.ok(form.startsWith(`--${boundary}\r\n`) && form.endsWith(`\r\n\r\npixels\r\n--${boundary}--\r\n`), form)
    assert.match(form, /name="file"; filename="[\w%.-]+"\r\nContent-Type: image\/jpeg/)
    assert.equal(headers['content-length'], String(bytes.length))
  })

  test('that is anything else goes as it is, with its range and its name', async () => {
    const { bring, content } = scene()
    const bytes = Buffer.from('twelve bytes')
    const sent = [
      [content('document', 'application/pdf', bytes), { kind: 'file', fileId: '7' }, '0-11/12'],
      [content('video', 'video/mp4', bytes), { kind: 'video', videoId: '8', token: 'video-token' }, 'bytes 0-11/12'],
      [content('image', 'image/tiff', bytes), { kind: 'file', fileId: '7' }, '0-11/12'],
      [content('audio', 'audio/mpeg', bytes), { kind: 'file', fileId: '7' }, '0-11/12'],
      [content('audio', 'audio/ogg', bytes, { isVoice: true }), { kind: 'file', fileId: '7' }, '0-11/12'],
      [content('document', 'text/plain', Buffer.alloc(0)), { kind: 'file', fileId: '7' }, '0--1/0'],
    ] as const
    for (const [file, attach, range] of sent) {
      assert.deepEqual((await brought(bring(file))).attach, attach)
      const headers = came.at(-1)?.headers ?? {}
      assert.equal(headers['content-range'], range)
      const name = /^attachment; filename=([\w%.-]+)$/.exec(headers['content-disposition'] ?? '')?.[1] ?? ''
      assert.equal(decodeURIComponent(name), 'счёт 1.pdf')
    }
    assert.ok(came[0]?.bytes.equals(bytes))
  })

  test('that is a voice message says how long it is and shows how loud', async () => {
    const { bring, content } = scene()
    const bytes = voice(96_000)
    const { attach } = await brought(bring(content('audio', 'audio/ogg; codecs=opus', bytes, { isVoice: true })))
    assert.ok(attach.kind === 'voice')
    assert.deepEqual(
      [attach.audioId, attach.token, attach.durationMs, attach.wave.length],
      ['9', 'audio-token', 2_000, 80],
    )
    assert.deepEqual([attach.wave[0], attach.wave[79]], [10, 100])
    assert.ok(came[0]?.bytes.equals(bytes))
  })

  test('goes once, however many get it, until the network forgets it', async () => {
    const { bring, content, host } = scene()
    const file = content('document', 'application/pdf', Buffer.from('the list'))
    assert.equal((await brought(bring(file))).isReused, false)
    const second = await brought(bring(file))
    assert.deepEqual([second.isReused, came.length, host.filesRead.length], [true, 1, 1])
    second.forget()
    assert.equal((await brought(bring(file))).isReused, false)
    await brought(bring({ ...file, name: 'another.pdf' }))
    assert.equal(came.length, 3)
  })

  test('that is gone, or is not what it was, is not sent', async () => {
    const { bring, content, host } = scene()
    const gone = { at: 'here', sha256: '0'.repeat(64), size: 3 } as const
    const lost = { at: 'nowhere', why: 'lost' } as const
    const file = content('document', 'application/pdf', Buffer.from('one thing'))
    assert.ok(file.file.at === 'here')
    const { sha256, size } = file.file
    const changed = (bytes: string) => host.keepAs(sha256, size, () => Readable.from([Buffer.from(bytes)]))
    assert.deepEqual(
      [await faultIn(bring({ ...file, file: gone })), await faultIn(bring({ ...file, file: lost }))],
      ['fileGone', 'fileGone'],
    )
    for (const type of ['document', 'image', 'audio'] as const)
      for (const bytes of ['different', 'less', 'much more than it was'])
        assert.equal(
          await faultIn(bring({ ...file, type, mimeType: 'image/png', isVoice: true, file: changed(bytes) })),
          'fileGone',
          bytes,
        )
  })

  test('is not handed over to where the rules forbid, and tried later where the server did not take it', async () => {
    const { bring, content, network } = scene()
    const file = content('document', 'application/pdf', Buffer.from('secret'))
    for (const url of [
      'http://10.0.0.1/put',
      'https://192.168.1.1/',
      'ftp://files.example/',
      'http://files.example/put',
      'nothing',
    ]) {
      network.answers(FILE, () => ({ info: [{ url, fileId: 7 }] }))
      assert.equal(await faultIn(bring(file)), 'refused', url)
    }
    network.answers(FILE, () => ({ info: [{ url: `${base}/file`, fileId: 7 }] }))
    const says =
      (status: number, body: string): Answer =>
      async (request, response) => {
        await buffer(request)
        response.writeHead(status).end(body)
      }
    for (const [status, body, end] of [
      [500, '', 'unavailable'],
      [413, '', 'refused'],
      [200, '{"error_code": 4, "error_msg": "no"}', 'unavailable'],
      [302, '', 'unavailable'],
    ] as const) {
      answer = says(status, body)
      assert.equal(await faultIn(bring(file)), end)
    }
    answer = (_request, response) => {
      response.destroy()
      return Promise.resolve()
    }
    assert.equal(await faultIn(bring(file)), 'unavailable')
    network.answers(FILE, () => undefined)
    assert.equal(await faultIn(bring(file)), 'unavailable')
  })

  test('is read no faster than it goes out, and let go of when nobody wants it any more', async () => {
    const { bring, content, host } = scene()
    const [size, piece] = [64 * 1024 * 1024, 64 * 1024]
    let read = 0
    let source: Readable | undefined
    const bytes = () =>
      (source = new Readable({
        read() {
          read += piece
          this.push(read > size ? null : Buffer.alloc(piece))
        },
      }))
    const sha256 = createHash('sha256').update('whatever').digest('hex')
    let arrived = false
    // It never reads.
    answer = () => {
      arrived = true
      return Promise.resolve()
    }
    const abort = new AbortController()
    const file = { ...content('video', 'video/mp4', Buffer.alloc(0)), file: host.keepAs(sha256, size, bytes) }
    const end = bring(file, abort.signal)
    await until(() => arrived, 'the request')
    let before = -1
    await until(() => {
      const isStill = read === before
      before = read
      return isStill
    }, 'the reading to stop')
    assert.ok(read < size / 4, String(read))
    abort.abort()
    assert.equal(isFault(await end), true)
    await until(() => source?.destroyed, 'the file to be let go of')
  })

  test('is waited for until the network says that it is ready', async () => {
    const { bring, content, network, handovers, clock } = scene()
    network.answers(FILE, () => ({ info: [{ url: `${base}/file`, fileId: 70 }] }))
    let isOver = false
    const first = bring(content('document', 'application/pdf', Buffer.from('one'))).finally(() => (isOver = true))
    await until(() => came.length === 1, 'the upload')
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.equal(isOver, false)
    handovers.ready('70')
    await brought(first)
    network.answers(FILE, () => ({ info: [{ url: `${base}/file`, fileId: 71 }] }))
    const second = bring(content('document', 'application/pdf', Buffer.from('two')))
    await until(() => {
      clock.skip(60_000)
      return came.length === 2
    }, 'the second upload')
    const ticking = setInterval(() => clock.skip(60_000), 5)
    await brought(second)
    clearInterval(ticking)
  })
})
