// Truth: what a person can do with the page of the virtual phone, in a real browser, as the network and its driver see it.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import QRCode from 'qrcode'
import { noBrowser, openBrowser } from '../support/browser.ts'
import { ask, NetworkBench, type RawProcess } from '../support/simulated-network.ts'

const OWN = '79008880001'
const PEER = '79008880002'

describe('the page of the virtual phone', { skip: noBrowser }, () => {
  const bench = new NetworkBench()
  const complaints: string[] = []
  let browser: Browser
  let page: Page
  let server: RawProcess
  let folder: string

  before(async () => {
    await bench.setUp()
    server = await bench.connect()
    folder = await mkdtemp(join(tmpdir(), 'jadegate-page-'))
    browser = await openBrowser()
    const context = await browser.newContext({ locale: 'en-US', viewport: { width: 390, height: 844 } })
    page = await context.newPage()
    page.setDefaultTimeout(10_000)
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('request', (request) => {
      if (!/^(?:data:|blob:)/.test(request.url()) && !request.url().startsWith(bench.url))
        complaints.push(request.url())
    })
  })
  after(async () => {
    await browser.close()
    await bench.tearDown()
    await rm(folder, { recursive: true })
  })

  test('a person takes a number, links a device by the picture of its QR, and sees it connected', async () => {
    await page.goto(`${bench.url}/simulator/phone`)
    await page.fill('#start-number', '+7 900 888-00-01')
    await page.keyboard.press('Enter')
    await page.waitForSelector('#live.on')
    const channel = server.newChannel()
    server.tell({ t: 'pair', channel, messenger: 'whatsapp', way: 'qr', phone: null, hidesNumbers: false })
    const { value } = await server.next(channel, 'show')
    const picture = join(folder, 'qr.png')
    await QRCode.toFile(picture, value, { width: 276 })
    await page.click('#link-first')
    await page.setInputFiles('#picture', picture)
    await server.next(channel, 'credentials')
    server.tell({ t: 'paired', channel })
    await page.waitForSelector('#device-list .dot.on')
    await page.keyboard.press('Escape')
    server.send(channel, 'P1', PEER, 'sent by the device')
    await page.waitForSelector(`#chats [data-chat="${PEER}"] .tick`)
  })

  test('what is written arrives, ticks follow, and markup stays text', async () => {
    await page.fill('#new-number', PEER)
    await page.keyboard.press('Enter')
    const markup = '<img src=x onerror=alert(1)>'
    await page.fill('#text', markup)
    await page.keyboard.press('Enter')
    await page.waitForSelector('.message:nth-of-type(3) [aria-label=delivered]')
    assert.equal(await page.locator('.message p').last().textContent(), markup)
    await ask(bench.url, 'POST', 'read', { phone: PEER, chat: OWN })
    await page.waitForSelector('.message:nth-of-type(3) [aria-label=read]')
    await ask(bench.url, 'POST', 'messages', { from: PEER, to: OWN, text: 'an answer' })
    await page.waitForSelector('.message:not(.out) >> text=an answer')
    const [, , last] = (await ask(bench.url, 'GET', `messages?phone=${PEER}&chat=${OWN}`)).list
    assert.equal(last?.['status'], 'read')
  })

  test('it comes back to what it showed, in the other language, and unlinks', async () => {
    await page.reload()
    await page.waitForSelector('.message:not(.out) >> text=an answer')
    await page.keyboard.press('Escape')
    await page.click('.side .language')
    assert.equal(await page.title(), 'Виртуальный телефон')
    await page.click('#open-devices')
    await page.click('#device-list button')
    await page.waitForSelector('#no-devices:not([hidden])')
    assert.ok(server.heard.some((message) => message.t === 'closed' && message.reason === 'unlinked'))
  })

  test('the browser had nothing to complain about, and asked nobody else', () => {
    assert.deepEqual(complaints, [])
  })
})
