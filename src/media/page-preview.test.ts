// Truth: what real servers on loopback were asked for, and what they had to say.
import assert from 'node:assert/strict'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PagePreview } from '../drivers/driver.ts'
import { AddressRules } from '../lib/address-rules.ts'
import { systemClock } from '../lib/clock.ts'
import { GuardedPools } from '../lib/guarded-pool.ts'
import { PagePreviews } from './page-preview.ts'

const TIMEOUT_MS = 500
const IMAGE = Buffer.from('a picture')
const PAGE = '<title>Shop</title><meta name="description" content="All"><meta property="og:image" content="/i.png">'

type Handler = (response: ServerResponse) => void

let server: Server
let url = ''
let asked: string[] = []
let routes: Record<string, Handler> = {}
let pools: GuardedPools
let previews: PagePreviews

before(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const route = routes[path]
    if (route === undefined) response.writeHead(404).end()
    else route(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  // Of this machine only the address of the server is allowed: every other one is inside.
  pools = new GuardedPools(systemClock, new AddressRules(['127.0.0.1']), {
    ...{ origins: 10, connections: 4 },
    ...{ connectTimeoutMs: 1000, headersTimeoutMs: 10_000, bodyTimeoutMs: 10_000 },
  })
  previews = new PagePreviews({ pools, clock: systemClock, timeoutMs: TIMEOUT_MS })
})

beforeEach(() => {
  asked = []
  routes = {}
})

after(async () => {
  await pools.destroy()
  server.closeAllConnections()
  server.close()
})

function look(path: string, signal = new AbortController().signal): Promise<PagePreview | null> {
  return previews.of(path.startsWith('/') ? url + path : path, signal)
}

function says(body: string | Buffer, type = 'text/html; charset=utf-8', headers = {}): Handler {
  return (response) => response.writeHead(200, { ...(type !== '' && { 'Content-Type': type }), ...headers }).end(body)
}

const SHOP = { title: 'Shop', description: 'All', image: IMAGE }
const BARE = { ...SHOP, image: null }

describe('a page', () => {
  test('with its words and its picture', async () => {
    routes = { '/?a=1': says(PAGE), '/i.png': says(IMAGE, 'image/png') }
    assert.deepEqual(await look('/?a=1#part'), SHOP)
    assert.deepEqual(asked, ['/?a=1', '/i.png'])
  })

  for (const type of ['', 'text/html', 'TEXT/HTML; Charset=UTF-8', 'application/xhtml+xml'])
    test(`served as "${type}"`, async () => {
      routes = { '/': says(PAGE, type) }
      assert.deepEqual(await look('/'), BARE)
    })

  for (const type of ['application/json', 'image/png', 'text/plain', 'application/pdf'])
    test(`is none when it is served as ${type}`, async () => {
      routes = { '/': says(PAGE, type) }
      assert.equal(await look('/'), null)
    })

  test('in the charset that its server says', async () => {
    routes = { '/': says(Buffer.from('<title>\xcf\xf0\xe8</title>', 'latin1'), 'text/html; charset="windows-1251"') }
    assert.equal((await look('/'))?.title, 'При')
  })

  test('that says nothing, is not there or is packed is nothing', async () => {
    routes = {
      '/empty': says(''),
      '/words': says('<p>hello'),
      '/packed': says(PAGE, 'text/html', { 'Content-Encoding': 'gzip' }),
      '/error': (response) => response.writeHead(500, { 'Content-Type': 'text/html' }).end(PAGE),
    }
    for (const path of ['/empty', '/words', '/packed', '/error', '/missing']) assert.equal(await look(path), null, path)
  })

  test('of any length is read to 512 KB', async () => {
    let written = 0
    routes['/'] = (response) => {
      response.writeHead(200, { 'Content-Type': 'text/html' })
      response.write('<meta property="og:description" content="d">')
      const more = (): void => {
        written += 1
        if (!response.destroyed)
          response.write(`${' '.repeat(16 * 1024)}<meta name="twitter:image" content="/none.png">`, more)
      }
      more()
    }
    assert.equal(await look('/'), null)
    const last = written
    await sleep(50)
    assert.ok(written - last < 10)
  })

  test('whose head is over is read no further', async () => {
    routes['/'] = (response) => {
      response.writeHead(200, { 'Content-Type': 'text/html' })
      // It never ends by itself.
      response.write(`<head><title>Shop</title>${' '.repeat(2000)}</head><body>`)
    }
    assert.deepEqual(await look('/'), { title: 'Shop', description: '', image: null })
  })

  test('that breaks off shows what it told until then', async () => {
    routes['/'] = (response) => {
      response.writeHead(200, { 'Content-Type': 'text/html', 'Content-Length': '9999' }).write(PAGE)
      setTimeout(() => response.destroy(), 30)
    }
    assert.deepEqual(await look('/'), BARE)
  })
})

describe('its picture', () => {
  test('is the first that can be had', async () => {
    const tags = ['og:image', 'twitter:image'].map((tag) => `<meta property="${tag}" content="/${tag}">`).join('')
    const icon = '<link rel="icon" href="/icon.png">'
    routes = { '/': says(PAGE.replace('/i.png', '') + tags + icon), '/icon.png': says(IMAGE, '') }
    routes['/og:image'] = says('<p>sign in', 'text/html')
    assert.deepEqual(await look('/'), SHOP)
    assert.deepEqual(asked, ['/', '/og:image', '/twitter:image', '/icon.png'])
  })

  test('alone is enough', async () => {
    routes = { '/': says('<meta property="og:image" content="/i.png">'), '/i.png': says(IMAGE, 'image/png') }
    assert.deepEqual(await look('/'), { title: '', description: '', image: IMAGE })
  })

  test('has 1 MB at most, by its own word or not', async () => {
    const megabyte = Buffer.alloc(1024 * 1024, 1)
    const tooMuch = Buffer.alloc(1024 * 1024 + 1, 1)
    routes = { '/': says(PAGE), '/i.png': says(megabyte, 'image/png') }
    assert.equal((await look('/'))?.image?.length, megabyte.length)
    routes['/i.png'] = says(tooMuch, 'image/png', { 'Content-Length': tooMuch.length })
    assert.deepEqual(await look('/'), BARE)
    routes['/i.png'] = (response) => {
      response.writeHead(200, { 'Content-Type': 'image/png' }).write(megabyte)
      response.end('x')
    }
    assert.deepEqual(await look('/'), BARE)
  })

  test('is none when it is a drawing, empty, or broken off', async () => {
    routes = { '/': says(PAGE), '/i.png': says('<svg/>', 'image/svg+xml') }
    assert.deepEqual(await look('/'), BARE)
    routes['/i.png'] = says('', 'image/png')
    assert.deepEqual(await look('/'), BARE)
    routes['/i.png'] = (response) => {
      response.writeHead(200, { 'Content-Type': 'image/png', 'Content-Length': '99' }).write('some')
      setTimeout(() => response.destroy(), 30)
    }
    assert.deepEqual(await look('/'), BARE)
  })
})

describe('addresses', () => {
  test('redirects are followed, and what is relative is taken from where they led', async () => {
    routes = {
      '/old': (response) => response.writeHead(301, { Location: '/new/page' }).end(),
      '/new/page': says(PAGE.replace('/i.png', 'i.png')),
      '/new/i.png': (response) => response.writeHead(302, { Location: '/there.png' }).end(),
      '/there.png': says(IMAGE, 'image/png'),
    }
    assert.deepEqual(await look('/old'), SHOP)
  })

  for (const inside of [
    'http://127.0.0.2:1/',
    'http://[::1]/',
    'http://169.254.169.254/latest',
    'http://10.0.0.1/',
    'file:///etc/passwd',
  ])
    test(`${inside} is not reached: not by a link, a redirect or a picture`, async () => {
      routes = {
        '/moved': (response) => response.writeHead(302, { Location: inside }).end(),
        '/pictured': says(PAGE.replace('/i.png', inside)),
        '/picture-moved': says(PAGE.replace('/i.png', '/moved')),
      }
      assert.equal(await look(inside), null)
      assert.equal(await look('/moved'), null)
      assert.deepEqual(await look('/pictured'), BARE)
      assert.deepEqual(await look('/picture-moved'), BARE)
    })

  test('what is no address is nothing, and one without a scheme is https', async () => {
    for (const odd of ['', 'x y', 'http://', 'www.nowhere.invalid/a']) assert.equal(await look(odd), null, odd)
    // The server speaks no TLS.
    routes = { '/': says(PAGE) }
    assert.equal(await look(url.slice('http://'.length)), null)
    assert.deepEqual(asked, [])
  })
})

describe('time', () => {
  test('a page that never comes, or drips, is given up', async () => {
    routes['/never'] = () => undefined
    routes['/drips'] = (response) => {
      const drip = (): void => {
        if (!response.destroyed) response.write('.', () => setTimeout(drip, 20))
      }
      drip()
    }
    for (const path of ['/never', '/drips']) {
      const began = Date.now()
      assert.equal(await look(path), null)
      assert.ok(Date.now() - began < TIMEOUT_MS * 2)
    }
  })

  test('a picture that never comes leaves the words', async () => {
    routes = { '/': says(PAGE), '/i.png': () => undefined }
    assert.deepEqual(await look('/'), BARE)
  })

  test('who asked can stop it', async () => {
    const stop = new AbortController()
    routes['/'] = () => stop.abort()
    const began = Date.now()
    assert.equal(await look('/', stop.signal), null)
    assert.ok(Date.now() - began < TIMEOUT_MS)
    assert.equal(await look('/', AbortSignal.abort()), null)
    assert.deepEqual(asked, ['/'])
  })
})
