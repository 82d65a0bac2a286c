// Truth: what our notes of the protocol say of where files are, and the rule that nobody who sends an address leads us into a private network; file
// servers of the test's own on loopback, which count what reached them.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { finished } from 'node:stream/promises'
import { after, before, beforeEach, describe, test } from 'node:test'
import { Agent as Dispatcher } from 'undici'
import { AskedNetwork } from '../../../../test/max/support/asked-network.ts'
import { madeLife } from '../../../../test/max/support/made-life.ts'
import { AddressRules } from '../../../lib/address-rules.ts'
import type { KeptFile } from '../../../model/content.ts'
import { isFault } from '../../../model/fault.ts'
import { nameWithoutHash } from '../../../model/hashless-files.ts'
import { SHIPPED } from '../identity.ts'
import type { Surroundings } from '../surroundings.ts'
import { downloadFile, type Fetching } from './download.ts'
import { remoteText, type RemoteFile } from './remote-file.ts'
import { askFileServer, isReachable } from './requests.ts'

const [GET_MESSAGES, VIDEO_LINKS, FILE_LINK] = [71, 83, 88]
const OF = { chat: '-1', message: '117000000000000001' }
const BYTES = Buffer.from('the bytes of a file')
const sha256 = createHash('sha256').update(BYTES).digest('hex')

type Give = (request: IncomingMessage, response: ServerResponse) => void
let give: Give = () => undefined
const asked: string[] = []
const server = createServer((request, response) => {
  asked.push(request.url ?? '')
  give(request, response)
})
let base = ''
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
})
beforeEach(() => {
  asked.length = 0
  give = (request, response) => (request.url === '/file' ? response.end(BYTES) : response.writeHead(404).end())
})
after(() => {
  server.closeAllConnections()
  server.close()
})

const direct: Fetching['transport'] = {
  agent: undefined,
  dispatcher: new Dispatcher(),
  reach: () => Promise.resolve(null),
  close: () => Promise.resolve(),
}
const proxied = { ...direct, agent: new Agent() }

function fetching(
  network = new AskedNetwork(),
  allowed: readonly string[] = ['127.0.0.1'],
  transport = direct,
): Fetching {
  const { host, connection, ended } = madeLife(undefined, network)
  const shared = {
    identity: SHIPPED,
    fileHosts: new AddressRules(allowed),
    fileLimitBytes: 1_000,
  } as unknown as Surroundings
  return { host, connection, ended, transport, shared }
}

function fileOf(remote: RemoteFile, known: Partial<KeptFile> = {}): KeptFile {
  return { at: 'here', sha256, size: BYTES.length, remote: remoteText(remote), ...known }
}

const signal = () => new AbortController().signal

async function bytesOf(life: Fetching, file: KeptFile): Promise<Buffer> {
  const stream = await downloadFile(life, file, signal())
  assert.ok(!isFault(stream), JSON.stringify(stream))
  return await buffer(stream)
}

const faultOf = async (life: Fetching, file: KeptFile) => {
  const answer = await downloadFile(life, file, signal())
  return isFault(answer) ? answer.fault : 'bytes'
}

describe('where a file is', () => {
  test('a picture opens at its address', async () => {
    const file = fileOf({ kind: 'picture', id: '', url: `${base}/file` })
    assert.deepEqual(await bytesOf(fetching(), file), BYTES)
  })

  test('of a file and a video the network is asked, and the largest whole video is taken', async () => {
    const network = new AskedNetwork()
    network.answers(FILE_LINK, ({ fileId }) => ({ url: `${base}/${fileId === '7' ? 'file' : 'other'}` }))
    network.answers(VIDEO_LINKS, () => ({
      MP4_144: `${base}/small`,
      MP4_1080: `${base}/file`,
      HLS: `${base}/list`,
      cache: true,
    }))
    const life = fetching(network)
    assert.deepEqual(await bytesOf(life, fileOf({ kind: 'file', id: '7', url: '', of: OF })), BYTES)
    assert.deepEqual(await bytesOf(life, fileOf({ kind: 'video', id: '8', url: '', of: OF })), BYTES)
  })

  test('an address that went stale is asked for anew, by the message; also of what was forwarded', async () => {
    const attach = () => ({ _type: 'PHOTO', photoId: 5, baseUrl: `${base}/file` })
    for (const message of [
      { attaches: [attach()] },
      { link: { type: 'FORWARD', message: { id: 1, time: 1, attaches: [attach()] } } },
    ]) {
      const network = new AskedNetwork()
      network.answers(GET_MESSAGES, () => ({ messages: [{ id: 117000000000000001n, time: 1, ...message }] }))
      const file = fileOf({ kind: 'photo', id: '5', url: `${base}/stale`, of: OF })
      assert.deepEqual(await bytesOf(fetching(network), file), BYTES)
    }
    assert.deepEqual(asked, ['/stale', '/file', '/stale', '/file'])
  })

  test('what the network has no more is not found; what can not be asked now may be had later', async () => {
    const network = new AskedNetwork()
    const life = fetching(network)
    assert.equal(await faultOf(life, fileOf({ kind: 'file', id: '7', url: '', of: OF })), 'notFound')
    assert.equal(await faultOf(life, fileOf({ kind: 'photo', id: '5', url: `${base}/stale`, of: OF })), 'notFound')
    assert.equal(await faultOf(life, { at: 'here', sha256, size: 3, remote: 'anything' }), 'notFound')
    network.refuses(FILE_LINK, 'too.many.requests')
    assert.equal(await faultOf(life, fileOf({ kind: 'file', id: '7', url: '', of: OF })), 'unavailable')
    give = (_request, response) => response.writeHead(502).end()
    assert.equal(await faultOf(life, fileOf({ kind: 'picture', id: '', url: `${base}/file` })), 'unavailable')
  })
})

describe('what comes of it', () => {
  const remote = () => ({ kind: 'picture', id: '', url: `${base}/file` }) as const

  test('other bytes than were told end with an error; where nobody told a hash they are as they are', async () => {
    const other = await downloadFile(fetching(), fileOf(remote(), { sha256: 'a'.repeat(64) }), signal())
    assert.ok(!isFault(other))
    await assert.rejects(buffer(other), /not what was told/)
    const unknown = fileOf(remote(), { sha256: nameWithoutHash('5'), size: 0 })
    assert.deepEqual(await bytesOf(fetching(), unknown), BYTES)
  })

  test('what is larger than is taken in is not asked for', async () => {
    assert.equal(await faultOf(fetching(), fileOf(remote(), { size: 1_001 })), 'tooLarge')
    assert.deepEqual(asked, [])
  })

  test('who gives it up has an error at once, and the server is let go', async () => {
    const abort = new AbortController()
    let isLetGo: () => void = () => undefined
    const letGo = new Promise<void>((resolve) => (isLetGo = resolve))
    give = (_request, response) => {
      response.on('close', isLetGo).writeHead(200, { 'content-length': BYTES.length })
      response.write(BYTES.subarray(0, 4))
    }
    const stream = await downloadFile(fetching(), fileOf(remote()), abort.signal)
    assert.ok(!isFault(stream))
    const ended = assert.rejects(finished(stream.resume()))
    abort.abort()
    await ended
    await letGo
    const never = await downloadFile(fetching(), fileOf(remote()), abort.signal)
    assert.equal(isFault(never) && never.fault, 'notConnected')
  })
})

describe('where an address may lead', () => {
  const rows: readonly (readonly [string, boolean, boolean])[] = [
    // Straight, and by a proxy.
    ['https://i.oneme.ru/i?r=1', true, true],
    ['https://93.184.216.34/x', true, true],
    ['http://93.184.216.34/x', false, false],
    ['http://i.oneme.ru/x', false, false],
    ['http://127.0.0.1:8080/x', true, true],
    ['https://127.0.0.2/x', false, false],
    ['https://10.0.0.1/x', false, false],
    ['https://169.254.169.254/latest/meta-data', false, false],
    ['https://[::1]/x', false, false],
    ['https://[::ffff:10.0.0.1]/x', false, false],
    ['https://0x7f000002/x', false, false],
    ['https://user:word@i.oneme.ru/x', false, false],
    ['ftp://i.oneme.ru/x', false, false],
    ['file:///etc/passwd', false, false],
    ['no address', false, false],
    // What a name leads to is looked at when it is looked up, which a proxy does by itself.
    ['https://localhost/x', true, false],
    ['https://metadata.google.internal/x', true, false],
    ['https://router.lan./x', true, false],
  ]
  for (const [url, straight, byProxy] of rows)
    test(url, () => {
      assert.equal(isReachable(fetching(), url), straight)
      assert.equal(isReachable(fetching(undefined, undefined, proxied), url), byProxy)
    })

  test('a name that leads to this machine is not reached', async () => {
    const url = `${base.replace('http://127.0.0.1', 'https://localhost')}/file`
    const life = fetching(undefined, [])
    await assert.rejects(askFileServer(life, url, { method: 'GET' }, signal()), /could not be reached/)
  })

  test('a redirect leads nowhere else than an address may, and not on for ever', async () => {
    const to = (url: string) => (_request: IncomingMessage, response: ServerResponse) =>
      response.writeHead(302, { location: url }).end()
    give = to('http://169.254.169.254/latest')
    const picture = fileOf({ kind: 'picture', id: '', url: `${base}/a` })
    assert.equal(await faultOf(fetching(), picture), 'unavailable')
    give = to('/b')
    asked.length = 0
    assert.equal(await faultOf(fetching(), picture), 'unavailable')
    assert.equal(asked.length, 4)
    give = (request, response) => (request.url === '/file' ? response.end(BYTES) : to('/file')(request, response))
    assert.deepEqual(await bytesOf(fetching(), picture), BYTES)
  })

  test('what is handed over is sent nowhere else', async () => {
    give = (_request, response) => response.writeHead(307, { location: '/file' }).end()
    const answer = await askFileServer(fetching(), `${base}/put`, { method: 'POST', body: Buffer.from('x') }, signal())
    await answer.body.dump()
    assert.deepEqual([answer.statusCode, asked], [307, ['/put']])
  })
})
