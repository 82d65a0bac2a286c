// Truth: contract messaging §1.3, 3.3–3.5, 5 and 8.11: files that are sent, received, stored and brought, end to end, byte for byte.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, rmSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import {
  at,
  eventually,
  linked,
  listIn,
  messagesOn,
  newPhone,
  objectIn,
  takeUntil,
  type Json,
} from '../support/road.ts'
import { pathOf, startServer, type Answer, type Made, type TestServer } from '../support/server.ts'

const DAY_MS = 86_400_000
const LIMIT_MB = 2
const TOO_LARGE = Buffer.alloc(LIMIT_MB * 1024 * 1024 + 1)

const clock = new SkippingClock()
let server: TestServer
let web: Server
let webUrl = ''
let made: Made
let phone: string

before(async () => {
  const env = {
    JADEGATE_DELAY_MIN_MS: '0',
    JADEGATE_FILE_LIMIT_MB: String(LIMIT_MB),
    JADEGATE_WEBHOOK_ALLOW: '127.0.0.1',
  }
  server = await startServer(env, { clock })
  web = createServer((request, response) => {
    if (request.url === '/missing.jpg') response.writeHead(404).end()
    else if (request.url === '/large.bin') response.end(TOO_LARGE)
    else if (request.url === '/inside.jpg') response.writeHead(302, { Location: 'http://10.0.0.1/a.jpg' }).end()
    else response.writeHead(200, { 'Content-Type': 'image/png' }).end(`bytes of ${String(request.url)}`)
  })
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
  webUrl = `http://127.0.0.1:${String((web.address() as AddressInfo).port)}`
  ;({ made, phone } = await linked(server, { delaySendMessagesMilliseconds: 0, ...ALL_ON }))
})
after(async () => {
  web.closeAllConnections()
  web.close()
  await server.close()
})

const ALL_ON = { incomingWebhook: 'yes', outgoingWebhook: 'yes', outgoingAPIMessageWebhook: 'yes', stateWebhook: 'no' }
const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const mediaFolder = (): string => join(server.dataDir, 'media')

/** Kept files and drafts. */
function stored(folder = mediaFolder()): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  )
}

interface Sent {
  readonly name: string
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly type?: string
}

async function upload(
  texts: Readonly<Record<string, string>>,
  file: Sent | undefined,
  headers: Record<string, string> = {},
  on = made,
): Promise<Answer> {
  const form = new FormData()
  for (const [name, value] of Object.entries(texts)) form.set(name, value)
  if (file !== undefined) form.set('file', new Blob([file.bytes], { type: file.type ?? '' }), file.name)
  const response = await fetch(server.url + pathOf(on, 'sendFileByUpload'), { method: 'POST', body: form, headers })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: text === '' ? undefined : (JSON.parse(text) as unknown),
  }
}

const bytesOf = (size = 500): Uint8Array<ArrayBuffer> => new Uint8Array(randomBytes(size))
const chatOf = (number: string): string => `${number}@c.us`

async function download(url: unknown): Promise<Uint8Array> {
  assert.ok(typeof url === 'string')
  const response = await fetch(url)
  assert.equal(response.status, 200, url)
  return new Uint8Array(await response.arrayBuffer())
}

/** The file of the last message on a virtual phone, and what its bytes are there. */
async function lastOn(number: string, count = 1): Promise<{ content: Json; bytes: Uint8Array }> {
  const messages = await eventually(
    async () => {
      const all = await messagesOn(server, number)
      return all.length >= count && all
    },
    `${String(count)} messages on ${number}`,
  )
  const content = at(messages.at(-1), 'content') as Json
  const answer = await fetch(`${server.url}/simulator/files/${String(at(content, 'file.sha256'))}`)
  return { content, bytes: new Uint8Array(await answer.arrayBuffer()) }
}

/** A virtual phone sends a file to another number; returns the message's id. */
async function phoneSends(from: string, to: string, bytes: Uint8Array<ArrayBuffer>, content: object): Promise<string> {
  const kept = await server.call('POST', '/simulator/files', bytes)
  const { sha256 } = objectIn(kept)
  const said = await server.simulator('messages', { from, to, content: { kind: 'file', file: { sha256 }, ...content } })
  return String(objectIn(said)['idMessage'])
}

const incomingFile = (body: Json): boolean => body['typeWebhook'] === 'incomingMessageReceived'
async function failureOf(idMessage: string, on = made): Promise<unknown> {
  const bodies = await takeUntil(server, on, (body) => body['idMessage'] === idMessage && body['status'] === 'failed')
  return bodies.at(-1)?.['description']
}

describe('sendFileByUpload', () => {
  for (const [name, type, mimeType] of [
    ['photo.JPG', 'image', 'image/jpeg'],
    ['clip.mp4', 'video', 'video/mp4'],
    ['song.m4a', 'audio', 'audio/mp4'],
    ['song.mp3', 'document', 'audio/mpeg'],
    ['paper.pdf', 'document', 'application/pdf'],
    ['no-extension', 'document', 'application/octet-stream'],
  ] as const) {
    test(`${name} arrives as ${type}, byte for byte, and its link gives the same bytes`, async () => {
      const [to, bytes] = [newPhone(), bytesOf()]
      const answer = objectIn(await upload({ chatId: chatOf(to), caption: 'Смотри' }, { name, bytes }))
      assert.deepEqual(Object.keys(answer), ['idMessage', 'urlFile'])
      const seen = await lastOn(to)
      assert.deepEqual(seen.bytes, bytes)
      assert.equal(seen.content['type'], type)
      assert.equal(seen.content['mimeType'], mimeType)
      assert.equal(seen.content['caption'], 'Смотри')
      assert.deepEqual(await download(answer['urlFile']), bytes)
    })
  }

  test('fileName names it; without one the last part of the path that the client gave does', async () => {
    for (const [texts, name, expected] of [
      [{ fileName: 'Отчёт.pdf' }, 'tmp123.bin', 'Отчёт.pdf'],
      [{}, '/var/data/a report.pdf', 'a report.pdf'],
      [{ fileName: '../../x.png' }, 'a.jpg', 'x.png'],
    ] as const) {
      const to = newPhone()
      objectIn(await upload({ chatId: chatOf(to), ...texts }, { name, bytes: bytesOf() }))
      assert.equal((await lastOn(to)).content['name'], expected)
    }
  })

  test('the other instance is told, and can fetch the same bytes', async () => {
    const other = await linked(server, { delaySendMessagesMilliseconds: 0, ...ALL_ON })
    const bytes = bytesOf(100_000)
    objectIn(await upload({ chatId: chatOf(other.phone) }, { name: 'a.jpg', bytes, type: 'image/jpeg' }))
    const [notice] = (await takeUntil(server, other.made, incomingFile)).slice(-1)
    assert.equal(at(notice, 'messageData.typeMessage'), 'imageMessage')
    assert.deepEqual(await download(at(notice, 'messageData.fileMessageData.downloadUrl')), bytes)
    objectIn(await upload({ chatId: chatOf(phone) }, { name: 'b.jpg', bytes }, {}, other.made))
    const [back] = (await takeUntil(server, made, incomingFile)).slice(-1)
    assert.deepEqual(await download(at(back, 'messageData.fileMessageData.downloadUrl')), bytes)
  })

  for (const [what, texts, file, status, message] of [
    ['no file', { chatId: '79001234567@c.us' }, undefined, 400, "Validation failed. Details: 'file' is required"],
    ['an empty file', { chatId: '79001234567@c.us' }, { name: 'a.jpg', bytes: new Uint8Array() }, 400, 'File is empty'],
    ['no chat', {}, { name: 'a.jpg', bytes: bytesOf() }, 400, "Validation failed. Details: 'chatId' is required"],
    [
      'a caption that is too long',
      { chatId: '79001234567@c.us', caption: 'x'.repeat(20_001) },
      { name: 'a.jpg', bytes: bytesOf() },
      400,
      "Validation failed. Details: 'caption' length must be less than or equal to 20000 characters long",
    ],
    [
      'a file over the limit',
      { chatId: '79001234567@c.us' },
      { name: 'a.jpg', bytes: new Uint8Array(TOO_LARGE) },
      413,
      'request entity too large',
    ],
  ] as const) {
    test(`${what}: refused, nothing is queued or left behind`, async () => {
      const before = stored()
      const answer = objectIn(await upload(texts, file), status)
      assert.equal(answer['message'], message)
      await eventually(() => stored().length === before.length, 'nothing is left')
      assert.deepEqual(objectIn(await server.on(made, 'GET', 'getMessagesCount')), { count: 0 })
    })
  }

  test('a wrong token with a large file is answered, and nothing is stored', async () => {
    const before = stored()
    const answer = await upload(
      { chatId: '79001234567@c.us' },
      { name: 'a.jpg', bytes: bytesOf(1_000_000) },
      {},
      { ...made, apiTokenInstance: 'x' },
    )
    assert.deepEqual([answer.status, answer.text], [401, ''])
    assert.deepEqual(stored(), before)
  })

  test('an Idempotency-Key: the same file again is the same answer, another file is another body', async () => {
    const [to, bytes] = [newPhone(), bytesOf()]
    const send = (file: Uint8Array<ArrayBuffer>) =>
      upload({ chatId: chatOf(to) }, { name: 'a.jpg', bytes: file }, { 'idempotency-key': 'upload-1' })
    const first = await send(bytes)
    const again = await send(bytes)
    assert.deepEqual([again.text, again.headers.get('idempotency-replayed')], [first.text, 'true'])
    assert.equal((await send(bytesOf())).status, 409)
    await lastOn(to)
    assert.equal((await messagesOn(server, to)).length, 1)
    assert.deepEqual(readdirSync(join(mediaFolder(), 'drafts')), [])
  })

  test('MAX and Telegram take files too', async () => {
    for (const [messenger, prefix] of [
      ['v3', '/v3'],
      ['telegram', ''],
    ] as const) {
      const other = await server.make({ typeInstance: messenger, delaySendMessagesMilliseconds: 0 }, prefix)
      await server.link(other, newPhone())
      const answer = await upload({ chatId: chatOf(newPhone()) }, { name: 'a.jpg', bytes: bytesOf() }, {}, other)
      assert.equal(answer.status, 200, answer.text)
    }
  })
})

describe('sendFileByUrl', () => {
  const byUrl = async (body: object, on = made): Promise<string> =>
    String(objectIn(await server.on(on, 'POST', 'sendFileByUrl', body))['idMessage'])

  test('it is fetched and arrives, to a chatId or a phoneNumber', async () => {
    for (const name of ['chatId', 'phoneNumber']) {
      const to = newPhone()
      await byUrl({
        [name]: name === 'chatId' ? chatOf(to) : Number(to),
        urlFile: `${webUrl}/a.png?b=1`,
        fileName: 'a.png',
        caption: 'c',
      })
      const seen = await lastOn(to)
      assert.equal(Buffer.from(seen.bytes).toString(), 'bytes of /a.png?b=1')
      assert.deepEqual(
        [seen.content['type'], seen.content['mimeType'], seen.content['caption']],
        ['image', 'image/png', 'c'],
      )
    }
  })

  test('a link of an upload is sent without a request to anybody', async () => {
    const [to, bytes] = [newPhone(), bytesOf()]
    const { urlFile } = objectIn(await server.on(made, 'POST', 'uploadFile', bytes, { 'content-type': 'image/jpeg' }))
    await byUrl({ chatId: chatOf(to), urlFile, fileName: 'a.jpg' })
    assert.deepEqual((await lastOn(to)).bytes, bytes)
  })

  for (const [path, description] of [
    ['/missing.jpg', /^File from url could not be downloaded: it answered 404$/],
    ['/inside.jpg', /^File from url could not be downloaded: the address could not be reached$/],
    [
      '/large.bin',
      /^File from url exceeded max upload size\. Size: \d+mb Limit: 2mb Url: http:\/\/127\.0\.0\.1:\d+\/large\.bin$/,
    ],
  ] as const) {
    test(`${path}: queued, then failed with words; what is behind it goes on`, async () => {
      const to = newPhone()
      const idMessage = await byUrl({ chatId: chatOf(to), urlFile: webUrl + path, fileName: 'a.jpg' })
      await byUrl({ chatId: chatOf(to), urlFile: `${webUrl}/next.png`, fileName: 'next.png' })
      assert.match(String(await failureOf(idMessage)), description)
      assert.equal((await lastOn(to)).content['name'], 'next.png')
    })
  }

  for (const [body, message] of [
    [{ urlFile: 'x://y', fileName: 'a', chatId: '79001234567@c.us' }, "'urlFile' must be a valid http or https URL"],
    [{ urlFile: 'http://x/a', fileName: 'a' }, "'chatId' is required"],
    [{ urlFile: 'http://x/a', chatId: '79001234567@c.us' }, "'fileName' is required"],
  ] as const) {
    test(`refused: ${message}`, async () => {
      const answer = objectIn(await server.on(made, 'POST', 'sendFileByUrl', body), 400)
      assert.equal(answer['message'], `Validation failed. Details: ${message}`)
    })
  }
})

test('showMessagesQueue lists uploads and URLs alike', async () => {
  const waiting = await server.make({ delaySendMessagesMilliseconds: 0 })
  const body = { chatId: '79001234567@c.us', urlFile: `${webUrl}/a.png`, fileName: 'a.png' }
  objectIn(await server.on(waiting, 'POST', 'sendFileByUrl', body))
  const { urlFile } = objectIn(
    await upload({ chatId: body.chatId, caption: 'c' }, { name: 'b.jpg', bytes: bytesOf() }, {}, waiting),
  )
  const items = listIn(await server.on(waiting, 'GET', 'showMessagesQueue'))
  const shown = { chatId: body.chatId, quotedMessageId: null, archive: false, typingTime: null }
  assert.deepEqual(
    items.map((item) => [item['type'], item['body']]),
    [
      ['sendFileByUrl', { ...shown, fileName: 'a.png', caption: '', urlFile: body.urlFile }],
      ['sendFileByUrl', { ...shown, fileName: 'b.jpg', caption: 'c', urlFile }],
    ],
  )
})

describe('uploadFile', () => {
  for (const [headers, extension] of [
    [{ 'content-type': 'image/jpeg' }, '.jpg'],
    [{ 'content-type': 'image/jpeg', 'ga-filename': 'main.go' }, '.go'],
    [{ 'content-type': 'application/x-nobody-knows' }, '.bin'],
    [{ 'content-type': 'application/octet-stream' }, '.bin'],
  ] as const) {
    test(`${JSON.stringify(headers)} is a link to *${extension}`, async () => {
      const bytes = bytesOf()
      const { urlFile } = objectIn(await server.on(made, 'POST', 'uploadFile', bytes, headers))
      assert.match(String(urlFile), new RegExp(`\\${extension}$`))
      assert.deepEqual(await download(urlFile), bytes)
    })
  }

  test('nothing is no file, too much is too large', async () => {
    assert.equal(objectIn(await server.on(made, 'POST', 'uploadFile'), 400)['message'], 'File is empty')
    const answer = await server.on(made, 'POST', 'uploadFile', new Uint8Array(TOO_LARGE), {
      'content-type': 'image/png',
    })
    assert.equal(answer.status, 413)
  })
})

describe('links', () => {
  let link = ''
  const bytes = Buffer.from('0123456789')
  before(async () => {
    const headers = { 'content-type': 'text/html', 'ga-filename': 'page.html' }
    link = String(objectIn(await server.on(made, 'POST', 'uploadFile', new Uint8Array(bytes), headers))['urlFile'])
  })

  test('tell when the file was stored and until when it is, and harm no browser', async () => {
    const { status, headers } = await fetch(link, { method: 'HEAD' })
    assert.equal(status, 200)
    assert.equal(headers.get('content-length'), '10')
    assert.equal(headers.get('content-type'), 'text/html')
    assert.ok(Math.abs(Date.parse(headers.get('last-modified') ?? '') - clock.now()) < 60_000)
    assert.ok(Math.abs(Date.parse(headers.get('expires') ?? '') - clock.now() - 15 * DAY_MS) < 60_000)
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    assert.match(headers.get('content-security-policy') ?? '', /sandbox/)
    assert.equal(headers.get('access-control-allow-origin'), '*')
  })

  for (const [range, status, text, contentRange] of [
    ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-2', 206, '89', 'bytes 8-9/10'],
    ['bytes=-100', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=8-99', 206, '89', 'bytes 8-9/10'],
    ['bytes=10-', 416, '', 'bytes */10'],
    ['bytes=-0', 416, '', 'bytes */10'],
    ['bytes=5-2', 200, '0123456789', null],
    ['bytes=0-1,4-5', 200, '0123456789', null],
    ['nonsense', 200, '0123456789', null],
  ] as const) {
    test(`range ${range}`, async () => {
      const answer = await fetch(link, { headers: { range } })
      assert.deepEqual(
        [answer.status, await answer.text(), answer.headers.get('content-range')],
        [status, text, contentRange],
      )
    })
  }

  test('who has the bytes already gets none', async () => {
    const etag = (await fetch(link, { method: 'HEAD' })).headers.get('etag') ?? ''
    const answer = await fetch(link, { headers: { 'if-none-match': etag } })
    assert.deepEqual([answer.status, await answer.text()], [304, ''])
  })

  test('altered in anything they are unknown', async () => {
    for (const odd of [
      link.slice(0, -1),
      `${link}x`,
      link.replace('.html', '.png'),
      link.replace(/\/\d+\//, '/1101000999/'),
    ]) {
      assert.equal((await fetch(odd)).status, 404)
    }
    assert.equal((await fetch(link, { method: 'POST' })).status, 404)
  })

  test('a query behind them does no harm', async () => {
    assert.equal((await fetch(`${link}?x=1`)).status, 200)
  })
})

describe('files from a phone', () => {
  for (const [content, typeMessage] of [
    [{ type: 'image', name: 'a.jpg', mimeType: 'image/jpeg', caption: 'c' }, 'imageMessage'],
    [{ type: 'video', name: 'a.mp4', mimeType: 'video/mp4' }, 'videoMessage'],
    [{ type: 'audio', name: 'a.ogg', mimeType: 'audio/ogg; codecs=opus', isVoice: true }, 'audioMessage'],
    [{ type: 'document', name: 'a.pdf', mimeType: 'application/pdf' }, 'documentMessage'],
    [{ type: 'sticker', name: 'a.webp', mimeType: 'image/webp' }, 'stickerMessage'],
  ] as const) {
    test(`${typeMessage}: told with a link, and brought by downloadFile`, async () => {
      const [from, bytes] = [newPhone(), bytesOf(40_000)]
      const idMessage = await phoneSends(from, phone, bytes, content)
      const notice = (await takeUntil(server, made, incomingFile)).at(-1)
      assert.equal(at(notice, 'messageData.typeMessage'), typeMessage)
      assert.deepEqual(await download(at(notice, 'messageData.fileMessageData.downloadUrl')), bytes)
      const brought = objectIn(await server.on(made, 'POST', 'downloadFile', { chatId: chatOf(from), idMessage }))
      assert.deepEqual(Object.keys(brought), ['downloadUrl'])
      assert.deepEqual(await download(brought['downloadUrl']), bytes)
    })
  }

  test('a file that is gone from the disk is fetched from the network again, by its link and by downloadFile', async () => {
    const [from, bytes] = [newPhone(), bytesOf()]
    const idMessage = await phoneSends(from, phone, bytes, { type: 'image', name: 'a.jpg', mimeType: 'image/jpeg' })
    const notice = (await takeUntil(server, made, incomingFile)).at(-1)
    const sha256 = sha256Of(bytes)
    const path = join(mediaFolder(), String(made.idInstance), sha256.slice(0, 2), sha256)
    const there = () => statSync(path, { throwIfNoEntry: false }) !== undefined
    for (const again of [
      () => download(at(notice, 'messageData.fileMessageData.downloadUrl')),
      async () =>
        download(
          objectIn(await server.on(made, 'POST', 'downloadFile', { chatId: chatOf(from), idMessage }))['downloadUrl'],
        ),
    ]) {
      await eventually(there, 'the file is there')
      rmSync(path)
      assert.deepEqual(await again(), bytes)
    }
  })
})

describe('downloadFile', () => {
  test('gives files that were sent, by upload and by URL', async () => {
    const [to, bytes] = [newPhone(), bytesOf()]
    const { idMessage } = objectIn(await upload({ chatId: chatOf(to) }, { name: 'a.jpg', bytes }))
    await lastOn(to)
    const brought = objectIn(await server.on(made, 'POST', 'downloadFile', { chatId: chatOf(to), idMessage }))
    assert.deepEqual(await download(brought['downloadUrl']), bytes)
    const byUrl = objectIn(
      await server.on(made, 'POST', 'sendFileByUrl', {
        chatId: chatOf(to),
        urlFile: `${webUrl}/z.png`,
        fileName: 'z.png',
      }),
    )
    await lastOn(to, 2)
    const fetched = objectIn(
      await server.on(made, 'POST', 'downloadFile', { chatId: chatOf(to), idMessage: byUrl['idMessage'] }),
    )
    assert.equal(Buffer.from(await download(fetched['downloadUrl'])).toString(), 'bytes of /z.png')
  })

  test('a message that is unknown or has no file, and a request that lacks something', async () => {
    const to = newPhone()
    const said = objectIn(await server.on(made, 'POST', 'sendMessage', { chatId: chatOf(to), message: 'no file' }))
    for (const idMessage of [said['idMessage'], 'nobody-knows-this-one']) {
      const answer = objectIn(await server.on(made, 'POST', 'downloadFile', { chatId: chatOf(to), idMessage }), 400)
      assert.equal(
        answer['message'],
        `File message encrypted url not found by chatId ${chatOf(to)} and idMessage ${String(idMessage)}`,
      )
    }
    for (const body of [{}, { chatId: chatOf(to) }, { idMessage: 'x' }]) {
      const answer = objectIn(await server.on(made, 'POST', 'downloadFile', body), 400)
      assert.equal(answer['message'], "Validation failed. Details: 'value' must have at least 2 keys")
    }
  })
})

/** Lets rounds of housekeeping come and end until it is so; the files are looked through every hour. */
function swept(isSo: () => boolean, what: string): Promise<unknown> {
  return eventually(async () => {
    clock.skip(3_601_000)
    await sleep(50)
    return isSo()
  }, what)
}

test('after their time links are over, the files are gone from the disk, and what the network has is brought with a new link', async () => {
  const [from, bytes] = [newPhone(), bytesOf()]
  const idMessage = await phoneSends(from, phone, bytes, {
    type: 'document',
    name: 'old.pdf',
    mimeType: 'application/pdf',
  })
  const notice = (await takeUntil(server, made, incomingFile)).at(-1)
  const link = String(at(notice, 'messageData.fileMessageData.downloadUrl'))
  await download(link)
  clock.skip(15 * DAY_MS + 60_000)
  await swept(() => stored().length === 0, 'the disk is swept')
  assert.equal((await fetch(link)).status, 404)
  // So long a silence breaks the connection to the network; until it is back the answer is 503.
  const ask = () => server.on(made, 'POST', 'downloadFile', { chatId: chatOf(from), idMessage })
  await eventually(async () => (await ask()).status === 200, 'the network is reached again')
  const { downloadUrl } = objectIn(await ask())
  assert.notEqual(downloadUrl, link)
  assert.deepEqual(await download(downloadUrl), bytes)
})

test('a deleted instance takes its files and links with it', async () => {
  const gone = await server.make()
  const { urlFile } = objectIn(await server.on(gone, 'POST', 'uploadFile', bytesOf(), { 'content-type': 'image/png' }))
  await download(urlFile)
  objectIn(await server.partner('POST', 'deleteInstanceAccount', { idInstance: gone.idInstance }))
  assert.equal((await fetch(String(urlFile))).status, 404)
  await swept(() => !stored().some((name) => name.startsWith(String(gone.idInstance))), 'its files are removed')
})
