// Truth: what reached real servers on loopback, what lies in the media store afterwards, and the contract's words for a file that is too large.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { after, afterEach, before, describe, test } from 'node:test'
import { AddressRules } from '../lib/address-rules.ts'
import { systemClock } from '../lib/clock.ts'
import { GuardedPools } from '../lib/guarded-pool.ts'
import { systemRandom } from '../lib/random.ts'
import { until } from '../lib/until.ts'
import type { KeptFile } from '../model/content.ts'
import { fault, isFault, type Fault } from '../model/fault.ts'
import type { InstanceId } from '../model/ids.ts'
import { openDiskMedia } from './disk.ts'
import { FileFetcher, type FetchedFile } from './fetch.ts'
import { FileLinks, type LinkedFile } from './links.ts'
import type { Draft, Media, StoredFile } from './media.ts'

const MEGABYTE = 1024 * 1024
const LIMIT_BYTES = 2 * MEGABYTE
const TIMEOUT_MS = 500
const INSTANCE = 1101000001 as InstanceId
const OTHER = 1101000002 as InstanceId

type Handler = (request: IncomingMessage, response: ServerResponse) => void

let server: Server
let url = ''
let handler: Handler
let seen: IncomingMessage[] = []
let folder = ''
let media: Media
let links: FileLinks
let pools: GuardedPools
let fetcher: FileFetcher

before(async () => {
  server = createServer((request, response) => {
    seen.push(request)
    handler(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  folder = mkdtempSync(join(tmpdir(), 'jadegate-fetch-'))
  const shared = { clock: systemClock, random: systemRandom }
  media = await openDiskMedia({ folder, ...shared })
  const hash = (said: string): string => createHmac('sha256', 'test').update(said).digest('base64url')
  links = new FileLinks({ publicUrl: () => 'http://gateway.example', hash, clock: systemClock, lifeMs: 60_000 })
  // Of this machine only the address of the server is allowed: every other one is inside.
  pools = new GuardedPools(systemClock, new AddressRules(['127.0.0.1']), {
    origins: 10,
    connections: 4,
    connectTimeoutMs: 1000,
    headersTimeoutMs: 10_000,
    bodyTimeoutMs: 10_000,
  })
  fetcher = new FileFetcher({
    media,
    links,
    openLinked,
    keep,
    pools,
    clock: systemClock,
    limitBytes: LIMIT_BYTES,
    timeoutMs: TIMEOUT_MS,
  })
})

/** Why nothing more is kept. */
let full: Fault | undefined
let awayNow: Fault | undefined
async function openLinked({ instance, sha256 }: LinkedFile): Promise<StoredFile | Fault> {
  return awayNow ?? (await media.open(instance, sha256)) ?? fault('fileGone', 'the network has it no more')
}

async function keep(instance: InstanceId, draft: Draft): Promise<KeptFile | Fault> {
  if (full !== undefined) return full
  await draft.keep(instance)
  return { at: 'here', sha256: draft.sha256, size: draft.size }
}

after(async () => {
  await pools.destroy()
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

afterEach(() => {
  seen = []
  assert.deepEqual(readdirSync(join(folder, 'drafts')), [])
})

function get(path: string, signal = new AbortController().signal): Promise<FetchedFile | Fault> {
  return fetcher.fetch(INSTANCE, path.startsWith('/') ? url + path : path, signal)
}

async function bytesOf(fetched: FetchedFile | Fault): Promise<string> {
  assert.ok(!isFault(fetched), JSON.stringify(fetched))
  const stored = await media.open(INSTANCE, fetched.file.sha256)
  assert.equal(stored?.size, fetched.file.size)
  return text(stored.read())
}

/** The text of a fault that tells nothing of what lies inside. */
function toldOf(outcome: FetchedFile | Fault): string {
  assert.ok(isFault(outcome))
  assert.doesNotMatch(outcome.message, /127\.0|ECONN|EADDR|socket|\bat \//)
  return outcome.message
}

const NOT_REACHED = 'File from url could not be downloaded: the address could not be reached'

describe('what is fetched', () => {
  test('is kept in the instance, with the type that its server says', async () => {
    handler = (_request, response) => {
      response.setHeader('Content-Type', 'image/png; charset=binary')
      response.end('a picture')
    }
    const fetched = await get('/a.jpg?size=1')
    assert.equal(await bytesOf(fetched), 'a picture')
    assert.equal(!isFault(fetched) && fetched.mimeType, 'image/png')
    assert.equal(seen[0]?.url, '/a.jpg?size=1')
    assert.equal(seen[0].headers['accept-encoding'], 'identity')
  })

  test('is typed by its URL where its server says nothing', async () => {
    handler = (_request, response) => response.end('x')
    const fetched = await Promise.all([get('/a/song.mp3?x=.png'), get('/unknown')])
    assert.deepEqual(
      fetched.map((file) => !isFault(file) && file.mimeType),
      ['audio/mpeg', 'application/octet-stream'],
    )
  })

  test('may be empty, and may be as large as the limit', async () => {
    handler = (request, response) => response.end(request.url === '/empty' ? '' : Buffer.alloc(LIMIT_BYTES))
    assert.equal(await bytesOf(await get('/empty')), '')
    assert.equal((await bytesOf(await get('/full'))).length, LIMIT_BYTES)
  })

  for (const status of [201, 204, 400, 401, 403, 404, 410, 500, 503]) {
    test(`is nothing where the server answers ${String(status)}`, async () => {
      handler = (_request, response) => response.writeHead(status).end()
      assert.equal(toldOf(await get('/a')), `File from url could not be downloaded: it answered ${String(status)}`)
    })
  }

  for (const encoding of ['gzip', 'x-gzip', 'deflate', 'br', 'GZIP, identity']) {
    test(`is refused where it comes packed as ${encoding}`, async () => {
      handler = (_request, response) => response.writeHead(200, { 'Content-Encoding': encoding }).end(gzipSync('x'))
      assert.match(toldOf(await get('/a')), /packed bytes/)
    })
  }

  for (const encoding of ['identity', 'aws-chunked', 'UTF-8']) {
    test(`is stored as it is where the server calls that ${encoding}`, async () => {
      handler = (_request, response) => response.writeHead(200, { 'Content-Encoding': encoding }).end('plain')
      assert.equal(await bytesOf(await get('/a')), 'plain')
    })
  }
})

describe('redirects', () => {
  for (const status of [301, 302, 303, 307, 308]) {
    test(`${String(status)} is followed, relative or not`, async () => {
      handler = (request, response) => {
        if (request.url === '/moved') response.end('found')
        else response.writeHead(status, { Location: request.url === '/a' ? 'b' : `${url}/moved` }).end('gone')
      }
      assert.equal(await bytesOf(await get('/a')), 'found')
      assert.deepEqual(
        seen.map((request) => request.url),
        ['/a', '/b', '/moved'],
      )
    })
  }

  test('five are followed and no more', async () => {
    handler = (request, response) => {
      const left = Number(request.url?.slice(1))
      if (left === 0) response.end('at last')
      else response.writeHead(302, { Location: `/${String(left - 1)}` }).end()
    }
    assert.equal(await bytesOf(await get('/5')), 'at last')
    assert.equal(toldOf(await get('/6')), 'File from url could not be downloaded: too many redirects')
  })

  for (const inside of ['http://127.0.0.2:1/', 'http://[::1]/', 'http://169.254.169.254/latest', 'http://10.0.0.1/']) {
    test(`one that leads to ${inside} is not followed, and says no more than any dead address`, async () => {
      handler = (_request, response) => response.writeHead(302, { Location: inside }).end()
      assert.equal(toldOf(await get('/a')), NOT_REACHED)
    })
  }

  test('one to something that is no web address is refused', async () => {
    for (const [location, why] of [
      ['file:///etc/passwd', 'the address is no http or https URL'],
      ['ftp://files.example/a', 'the address is no http or https URL'],
      ['http://[', 'it redirects to no URL'],
    ]) {
      handler = (_request, response) => response.writeHead(302, { Location: location }).end()
      assert.equal(toldOf(await get('/a')), `File from url could not be downloaded: ${String(why)}`)
    }
  })
})

describe('what can not be reached', () => {
  test('inside, dead and unknown addresses all say the same', async () => {
    for (const address of [
      'http://127.0.0.2:80/',
      'http://192.168.1.1/',
      'http://127.0.0.1:1/',
      'http://nowhere.invalid/',
    ]) {
      assert.equal(toldOf(await get(address)), NOT_REACHED)
    }
  })

  for (const odd of ['', 'x', 'file:///etc/passwd', 'javascript:alert(1)', 'http://']) {
    test(`"${odd}" is no web address`, async () => {
      assert.equal(toldOf(await get(odd)), 'File from url could not be downloaded: the address is no http or https URL')
    })
  }

  test('a server that breaks off in the middle', async () => {
    handler = (_request, response) => {
      response.writeHead(200, { 'Content-Length': '100' }).write('some')
      setTimeout(() => response.destroy(), 20)
    }
    assert.equal(toldOf(await get('/a')), NOT_REACHED)
  })
})

describe('too large', () => {
  const words = (sizeMb: number) =>
    `File from url exceeded max upload size. Size: ${String(sizeMb)}mb Limit: 2mb Url: ${url}/large`

  test('by its own word: refused without reading it', async () => {
    handler = (_request, response) => response.writeHead(200, { 'Content-Length': 7 * MEGABYTE }).flushHeaders()
    const outcome = await get('/large')
    assert.deepEqual(isFault(outcome) && [outcome.fault, outcome.message], ['tooLarge', words(7)])
  })

  test('without a word: cut off once it is over', async () => {
    let written = 0
    handler = (_request, response) => {
      const more = (): void => {
        written += 1
        if (response.destroyed) return
        response.write(Buffer.alloc(64 * 1024), more)
      }
      more()
    }
    const outcome = await get('/large')
    assert.deepEqual(isFault(outcome) && [outcome.fault, outcome.message], ['tooLarge', words(3)])
    const last = written
    await sleep(50)
    assert.ok(written - last < 10)
  })
})

describe('time', () => {
  test('a server that never answers is given up', async () => {
    handler = () => undefined
    assert.equal(toldOf(await get('/a')), 'File from url could not be downloaded: it took too long')
  })

  test('so is a body that drips', async () => {
    handler = (_request, response) => {
      const drip = (): void => {
        if (!response.destroyed) response.write('.', () => setTimeout(drip, 20))
      }
      drip()
    }
    assert.equal(toldOf(await get('/a')), 'File from url could not be downloaded: it took too long')
  })

  test('and a chain of slow redirects', async () => {
    handler = (_request, response) => {
      setTimeout(() => response.writeHead(302, { Location: '/next' }).end(), 150)
    }
    assert.equal(toldOf(await get('/a')), 'File from url could not be downloaded: it took too long')
  })

  test('who asked can stop it, before the answer and within the body', async () => {
    for (const begin of [() => undefined, (response: ServerResponse) => response.write('some')]) {
      const stop = new AbortController()
      handler = (_request, response) => {
        begin(response)
        setTimeout(() => stop.abort(), 20)
      }
      assert.equal(toldOf(await get('/a', stop.signal)), 'File from url could not be downloaded: stopped')
    }
  })

  test('who has stopped before it began asks nobody', async () => {
    handler = (_request, response) => response.end()
    assert.match(toldOf(await get('/a', AbortSignal.abort())), /stopped/)
    assert.equal(seen.length, 0)
  })
})

describe('links of our own', () => {
  test('are read from the disk, whatever name the server goes by, and are kept for who asked', async () => {
    const draft = await media.receive(Readable.from([Buffer.from('uploaded')]), LIMIT_BYTES)
    assert.ok(draft !== 'tooLarge')
    await draft.keep(OTHER)
    const link = links.make(OTHER, { at: 'here', sha256: draft.sha256, size: draft.size }, 'a.pdf')
    for (const address of [link, link.replace('gateway.example', '127.0.0.1:1')]) {
      const fetched = await get(address)
      assert.equal(await bytesOf(fetched), 'uploaded')
      assert.equal(!isFault(fetched) && fetched.mimeType, 'application/pdf')
    }
    assert.equal(seen.length, 0)
  })

  test('say so when their file is gone', async () => {
    const link = links.make(OTHER, { at: 'here', sha256: 'f'.repeat(64), size: 1 }, 'a.pdf')
    assert.match(toldOf(await get(link)), /kept no longer/)
  })

  test('say what keeps a file away for now, so that it is asked for again', async () => {
    awayNow = fault('notConnected', 'the instance is not connected now')
    const link = links.make(OTHER, { at: 'here', sha256: 'f'.repeat(64), size: 1 }, 'a.pdf')
    assert.deepEqual(await get(link), awayNow)
    awayNow = undefined
  })

  test('are other addresses like any once they are altered', async () => {
    handler = (_request, response) => response.end('from the web')
    const link = new URL(links.make(OTHER, { at: 'here', sha256: 'f'.repeat(64), size: 1 }, 'a.pdf'))
    assert.equal(await bytesOf(await get(`${link.pathname}x`)), 'from the web')
  })
})

test('where there is no room, that is what is told, and nothing is left', async () => {
  handler = (_request, response) => response.end('too much')
  full = fault('quotaExceeded', 'no room')
  assert.deepEqual(await get('/a'), full)
  full = undefined
  assert.equal(await bytesOf(await get('/a')), 'too much')
})

test('a media store that fails is no fault of the address: it rejects', async () => {
  handler = (_request, response) => response.end('x')
  const failing: Media = { ...asPort(media), receive: () => Promise.reject(new Error('the disk is full')) }
  const options = { links, openLinked, keep, pools, clock: systemClock, limitBytes: LIMIT_BYTES, timeoutMs: TIMEOUT_MS }
  await assert.rejects(
    new FileFetcher({ ...options, media: failing }).fetch(INSTANCE, url, new AbortController().signal),
    /the disk is full/,
  )
})

test('nothing is left of what was refused', async () => {
  await until(() => readdirSync(join(folder, 'drafts')).length === 0, 'no drafts')
  assert.ok(statSync(folder).isDirectory())
})

function asPort(store: Media): Media {
  return {
    receive: (stream, limit) => store.receive(stream, limit),
    open: (instance, sha256) => store.open(instance, sha256),
    bytesOf: (instance) => store.bytesOf(instance),
    sweep: (before) => store.sweep(before),
    removeInstance: (instance) => store.removeInstance(instance),
  }
}
