// Truth: what a person sees of a link that was sent over HTTP, with a web server of our own behind it.
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { PNG } from 'pngjs'
import { engineIsInstalled } from '../../src/drivers/whatsapp/engine/load.ts'
import { sharp } from '../../src/drivers/whatsapp/media/sharp.ts'
import type { SeenContent } from '../fakes/whatsapp/virtual-phone.ts'
import { startWorld, type World } from '../fakes/whatsapp/world.ts'
import { objectIn } from '../support/road.ts'
import type { Made } from '../support/server.ts'
import { type Gateway, startGateway } from './support/gateway.ts'

const skip = engineIsInstalled() ? false : 'the WhatsApp engine is not installed'

const OWN = '79001110001'
const PEER = '79001110002'
const PICTURE = PNG.sync.write(new PNG({ width: 400, height: 200, fill: true }))
const PAGE = `<html><head><title>Tea &amp; coffee</title><meta name="description" content="All day">
  <meta property="og:image" content="cup.png"></head>`

describe('links sent over HTTP', { skip, timeout: 120_000 }, () => {
  let world: World
  let gateway: Gateway
  let made: Made
  let web: Server
  let webUrl = ''
  const asked: (string | undefined)[] = []

  before(async () => {
    world = await startWorld()
    for (const phone of [OWN, PEER]) world.person(phone)
    gateway = await startGateway(world.fake)
    web = createServer(({ url }, response) => {
      asked.push(url)
      if (url === '/shop/menu') response.setHeader('Content-Type', 'text/html').end(PAGE)
      else if (url === '/shop/cup.png') response.setHeader('Content-Type', 'image/png').end(PICTURE)
      else if (url === '/inside') response.writeHead(302, { Location: 'http://127.0.0.2:1/' }).end()
      else response.writeHead(404).end()
    })
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
    webUrl = `http://127.0.0.1:${String((web.address() as AddressInfo).port)}`
    made = await gateway.link((phone, qr) => world.fake.scan(phone, qr), OWN)
  })
  after(async () => {
    await gateway.close()
    await world.close()
    web.closeAllConnections()
    web.close()
  })

  async function shown(message: string, more: object = {}): Promise<SeenContent> {
    const answer = await gateway.on(made, 'POST', 'sendMessage', { chatId: `${PEER}@c.us`, message, ...more })
    const id = objectIn(answer)['idMessage']
    return (await world.phone(PEER).sees((seen) => seen.id === id, 20_000)).content
  }

  test('show the title, the words and the picture of their page, which is asked once', async () => {
    const link = `${webUrl}/shop/menu`
    for (const text of [`Look at ${link}.`, `(${link})`]) {
      const content = await shown(text)
      assert.ok(content.kind === 'text' && content.preview !== undefined)
      const { jpegThumbnail, ...words } = content.preview
      assert.deepEqual(words, { title: 'Tea & coffee', description: 'All day', link, urlFile: '', size: 'small' })
      assert.equal(jpegThumbnail !== '', (await sharp()) !== null)
      assert.equal(content.text, text)
    }
    assert.deepEqual(asked, ['/shop/menu', '/shop/cup.png'])
  })

  test('are plain where their page is not there, or leads inside', async () => {
    for (const link of [`${webUrl}/missing`, `${webUrl}/inside`, 'http://127.0.0.2:1/'])
      assert.deepEqual(await shown(`See ${link}`), { kind: 'text', text: `See ${link}` })
  })

  test('are not looked at where no preview is wanted, or one is given', async () => {
    asked.length = 0
    const link = `${webUrl}/shop/other`
    assert.deepEqual(await shown(link, { linkPreview: false }), { kind: 'text', text: link })
    const content = await shown(link, { customPreview: { title: 'Mine' } })
    assert.equal(content.kind === 'text' && content.preview?.title, 'Mine')
    assert.deepEqual(asked, [])
  })
})
