// Truth: what a client puts into a form or a body is what a row is given, whatever order and labels; what is refused leaves nothing behind.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { Agent, createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { systemClock } from '../lib/clock.ts'
import { systemRandom } from '../lib/random.ts'
import { until } from '../lib/until.ts'
import { openDiskMedia } from '../media/disk.ts'
import type { Media } from '../media/media.ts'
import { readUpload } from './upload.ts'

const LIMIT_BYTES = 3 * 1024 * 1024

interface Seen {
  readonly status?: number
  readonly message?: string
  readonly json?: Readonly<Record<string, string>>
  readonly upload?: {
    readonly fileName: string
    readonly mimeType: string
    readonly sha256: string
    readonly size: number
  }
}

let server: Server
let port = 0
let folder = ''
let media: Media
/** Why a body could not be read at all. */
let failures: unknown[] = []

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'jadegate-upload-'))
  media = await openDiskMedia({ folder, clock: systemClock, random: systemRandom })
  server = createServer((request, response) => {
    answer(request).then(
      (seen) => response.end(JSON.stringify(seen)),
      (error: unknown) => {
        failures.push(error)
        response.destroy()
      },
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})

async function answer(request: IncomingMessage): Promise<Seen> {
  const uploaded = await readUpload(request, request.url === '/bytes' ? 'bytes' : 'form', media, LIMIT_BYTES)
  if ('status' in uploaded) return uploaded
  const { json, upload } = uploaded
  await upload?.draft.discard()
  if (upload === undefined) return { json }
  const { sha256, size } = upload.draft
  return { json, upload: { fileName: upload.fileName, mimeType: upload.mimeType, sha256, size } }
}

after(() => {
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

afterEach(async () => {
  await until(() => readdirSync(join(folder, 'drafts')).length === 0, 'no draft is left')
  failures = []
})

interface Part {
  readonly name: string
  readonly value: string | Buffer
  readonly fileName?: string
  readonly type?: string
}

const BOUNDARY = '----a-boundary'

function formOf(parts: readonly Part[], boundary = BOUNDARY): Buffer {
  const pieces = parts.flatMap(({ name, value, fileName, type }) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${fileName === undefined ? '' : `; filename="${fileName}"`}\r\n` +
        (type === undefined ? '\r\n' : `Content-Type: ${type}\r\n\r\n`),
    ),
    Buffer.from(value),
    Buffer.from('\r\n'),
  ])
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)])
}

const FORM = `multipart/form-data; boundary=${BOUNDARY}`

async function post(
  path: string,
  body: Buffer,
  headers: Record<string, string> = { 'content-type': FORM },
): Promise<Seen> {
  const response = await fetch(`http://127.0.0.1:${String(port)}${path}`, {
    method: 'POST',
    body: new Uint8Array(body),
    headers,
  })
  return (await response.json()) as Seen
}

const sha256Of = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex')
const chat: Part = { name: 'chatId', value: '79001234567@c.us' }
const picture: Part = { name: 'file', value: 'a picture', fileName: 'a.jpg', type: 'image/jpeg' }
const note: Part = { name: 'caption', value: 'Привет 👋' }
const SEEN_PICTURE = { fileName: 'a.jpg', mimeType: 'image/jpeg', sha256: sha256Of('a picture'), size: 9 }

describe('forms', () => {
  for (const [order, parts] of [
    ['the file last', [chat, note, picture]],
    ['the file first', [picture, chat, note]],
    ['the file between', [chat, picture, note]],
  ] as const) {
    test(`${order}: texts and file are there`, async () => {
      assert.deepEqual(await post('/form', formOf(parts)), {
        json: { chatId: '79001234567@c.us', caption: 'Привет 👋' },
        upload: SEEN_PICTURE,
      })
    })
  }

  test('of several files the first counts', async () => {
    const second = { ...picture, value: randomBytes(200_000), fileName: 'b.jpg' }
    assert.deepEqual((await post('/form', formOf([picture, second, second, chat]))).upload, SEEN_PICTURE)
  })

  test('without a file there are only texts', async () => {
    assert.deepEqual(await post('/form', formOf([chat])), { json: { chatId: '79001234567@c.us' } })
  })

  test('an empty form and an empty file are what they are', async () => {
    assert.deepEqual(await post('/form', formOf([])), { json: {} })
    const { upload } = await post('/form', formOf([{ ...picture, value: '' }]))
    assert.equal(upload?.size, 0)
  })

  test('of several texts of one name the last counts, and no name is special', async () => {
    const parts = [
      chat,
      { ...chat, value: 'last' },
      { name: '__proto__', value: 'x' },
      { name: 'constructor', value: 'y' },
    ]
    const { json = {} } = await post('/form', formOf(parts))
    assert.deepEqual(Object.entries(json).sort(), [
      ['__proto__', 'x'],
      ['chatId', 'last'],
      ['constructor', 'y'],
    ])
  })

  for (const [given, expected] of [
    ['фото с дачи.jpg', 'фото с дачи.jpg'],
    ['照片 📷.png', '照片 📷.png'],
    ['/srv/pictures/a.jpg', 'a.jpg'],
    ['D:\\\\Fotos\\\\Me\\\\a.jpg', 'a.jpg'],
    ['../../etc/passwd', 'passwd'],
    ['..', ''],
    ['a/', ''],
    ['', ''],
  ] as const) {
    test(`the name "${given}" is "${expected}"`, async () => {
      assert.equal((await post('/form', formOf([{ ...picture, fileName: given }]))).upload?.fileName, expected)
    })
  }

  test('a file part without a name or type is a file all the same', async () => {
    const { upload } = await post('/form', formOf([{ name: 'file', value: 'x' }]))
    assert.deepEqual([upload?.fileName, upload?.size], ['', 1])
  })

  test('its bytes are what was sent, even where they look like a form', async () => {
    const bytes = Buffer.concat([
      randomBytes(300_000),
      Buffer.from('\r\n--\r\n------a-bound\r\n'),
      randomBytes(300_000),
    ])
    assert.equal((await post('/form', formOf([chat, { ...picture, value: bytes }]))).upload?.sha256, sha256Of(bytes))
  })

  test('what clients make with FormData is read', async () => {
    const form = new FormData()
    form.set('chatId', '79001234567@c.us')
    form.set('file', new Blob(['a picture'], { type: 'image/jpeg' }), 'a.jpg')
    const response = await fetch(`http://127.0.0.1:${String(port)}/form`, { method: 'POST', body: form })
    assert.deepEqual(((await response.json()) as Seen).upload, SEEN_PICTURE)
  })

  for (const type of ['image/jpeg', 'application/octet-stream', 'multipart/form', 'application/json', '']) {
    for (const path of ['/form', '/bytes']) {
      test(`${path}: a form that is labelled "${type}" is known by its body`, async () => {
        const headers: Record<string, string> = type === '' ? {} : { 'content-type': type }
        assert.deepEqual((await post(path, formOf([picture, chat]), headers)).upload, SEEN_PICTURE)
      })
    }
  }

  test('a first part whose type comes before its name is known too', async () => {
    const body = Buffer.from(
      '--x\r\nContent-Type: image/jpeg\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\na picture\r\n--x--\r\n',
    )
    assert.deepEqual((await post('/bytes', body, { 'content-type': 'image/jpeg' })).upload, SEEN_PICTURE)
  })

  test('a form that comes byte by byte', { timeout: 10_000 }, async () => {
    const body = formOf([picture, chat])
    const socket = connect(port, '127.0.0.1')
    let said = ''
    socket.on('data', (piece: Buffer) => (said += piece.toString()))
    socket.setNoDelay(true)
    socket.write(
      `POST /form HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: image/jpeg\r\nContent-Length: ${String(body.length)}\r\n\r\n`,
    )
    for (const byte of body) {
      socket.write(Buffer.of(byte))
      await new Promise((resolve) => setImmediate(resolve))
    }
    await new Promise((resolve) => socket.on('close', resolve))
    assert.match(said, /"fileName":"a\.jpg"/)
  })
})

describe('bytes', () => {
  test('the body is the file, its headers tell its type and name', async () => {
    const bytes = randomBytes(500_000)
    const headers = { 'content-type': 'image/png; charset=x', 'ga-filename': 'a.png' }
    assert.deepEqual(await post('/bytes', bytes, headers), {
      json: {},
      upload: { fileName: 'a.png', mimeType: 'image/png', sha256: sha256Of(bytes), size: bytes.length },
    })
  })

  for (const [given, expected] of [
    [Buffer.from('имя.go').toString('latin1'), 'имя.go'],
    [encodeURIComponent('имя файла.py'), 'имя файла.py'],
    ['100%.txt', '100%.txt'],
    ['/tmp/a.go', 'a.go'],
    ['%2e%2e%2fx', 'x'],
    ['a%00%0ab.txt', 'ab.txt'],
  ] as const) {
    test(`GA-Filename ${JSON.stringify(given)} is "${expected}"`, async () => {
      const { upload } = await post('/bytes', Buffer.from('x'), { 'ga-filename': given })
      assert.equal(upload?.fileName, expected)
    })
  }

  test('a single byte, and no byte', async () => {
    assert.equal((await post('/bytes', Buffer.from('x'), {})).upload?.size, 1)
    assert.deepEqual(await post('/bytes', Buffer.alloc(0), {}), { json: {} })
  })
})

describe('refusals', () => {
  for (const [what, body, type] of [
    ['a form without a boundary', formOf([picture]), 'multipart/form-data'],
    ['a form that ends in its file', formOf([chat, picture]).subarray(0, -60), FORM],
    ['a form that ends in a text', formOf([picture, chat]).subarray(0, -30), FORM],
    ['a form with another boundary than its type says', formOf([picture], 'another'), FORM],
    ['no form at all', randomBytes(5000), FORM],
  ] as const) {
    test(`${what}: 400, nothing is left`, async () => {
      assert.deepEqual(await post('/form', body, { 'content-type': type }), {
        status: 400,
        message: 'Malformed multipart form',
      })
    })
  }

  test('a body that is no form where one is wanted', async () => {
    for (const type of ['application/json', 'image/jpeg']) {
      assert.deepEqual(await post('/form', Buffer.from('{"chatId":"x"}'), { 'content-type': type }), {
        status: 400,
        message: 'Unsupported media type',
      })
    }
  })

  const TOO_LARGE = { status: 413, message: 'request entity too large' }
  test('a file of the limit is taken, one byte more is too large, in a form and by itself', async () => {
    const full = Buffer.alloc(LIMIT_BYTES, 7)
    const over = Buffer.alloc(LIMIT_BYTES + 1, 7)
    assert.equal((await post('/form', formOf([chat, { ...picture, value: full }, note]))).upload?.size, LIMIT_BYTES)
    assert.equal((await post('/bytes', full, {})).upload?.size, LIMIT_BYTES)
    assert.deepEqual(await post('/form', formOf([chat, { ...picture, value: over }, note])), TOO_LARGE)
    assert.deepEqual(await post('/bytes', over, {}), TOO_LARGE)
  })

  for (const path of ['/form', '/bytes']) {
    for (const told of [true, false]) {
      test(`${path}: a client that sends far too much, ${told ? 'and says so' : 'without saying so'}, hears it and can go on`, async () => {
        const agent = new Agent({ keepAlive: true, maxSockets: 1 })
        const far = formOf([{ ...picture, value: Buffer.alloc(20 * 1024 * 1024) }])
        for (const body of [far, formOf([picture])]) {
          const seen = await sendWhole(agent, path, body, told)
          if (body === far) assert.deepEqual(seen, TOO_LARGE)
          else assert.deepEqual(seen.upload, SEEN_PICTURE)
        }
        agent.destroy()
      })
    }
  }

  for (const path of ['/form', '/bytes']) {
    for (const sent of [10, 70_000]) {
      test(`${path}: a client that goes away after ${String(sent)} bytes leaves nothing`, async () => {
        const body = formOf([chat, { ...picture, value: Buffer.alloc(200_000) }])
        const socket = connect(port, '127.0.0.1')
        socket.on('error', () => undefined)
        socket.write(
          `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: ${path === '/form' ? FORM : 'image/png'}\r\nContent-Length: ${String(body.length)}\r\n\r\n`,
        )
        socket.write(body.subarray(0, sent))
        await new Promise((resolve) => setTimeout(resolve, 50))
        socket.destroy()
        await until(() => failures.length > 0, 'the server noticed')
        assert.equal((failures[0] as Error).name, 'ClientGone')
      })
    }
  }

  test('a store that fails rejects with its error', async () => {
    const broken = media.receive.bind(media)
    media.receive = () => Promise.reject(new Error('the disk is full'))
    try {
      for (const path of ['/form', '/bytes']) {
        failures = []
        await assert.rejects(post(path, formOf([chat, picture]), path === '/form' ? { 'content-type': FORM } : {}))
        assert.match(String(failures[0]), /the disk is full/)
      }
    } finally {
      media.receive = broken
    }
  })
})

/** Sends all of it, as clients do that look at the answer only afterwards. */
function sendWhole(agent: Agent, path: string, body: Buffer, isTold: boolean): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const length: Record<string, string> = isTold ? { 'content-length': String(body.length) } : {}
    const headers = { 'content-type': FORM, ...length }
    const outgoing = httpRequest({ port, path, method: 'POST', agent, headers }, (response) => {
      let said = ''
      response.on('data', (piece: Buffer) => (said += piece.toString()))
      response.on('end', () => {
        if (outgoing.writableFinished) resolve(JSON.parse(said) as Seen)
        else outgoing.once('finish', () => resolve(JSON.parse(said) as Seen))
      })
    })
    outgoing.on('error', reject)
    for (let at = 0; at < body.length; at += 65_536) outgoing.write(body.subarray(at, at + 65_536))
    outgoing.end()
  })
}
