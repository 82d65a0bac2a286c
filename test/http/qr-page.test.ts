// Truth: what the page for linking is to be: self-refreshing, in two languages, ends in a clear state. In a real browser where one is installed.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { noBrowser, openBrowser } from '../support/browser.ts'
import { looksRight } from '../support/console-scene.ts'
import { partnerAccount } from '../support/operator.ts'
import { at, listIn, newPhone } from '../support/road.ts'
import { startServer, type Made, type TestServer } from '../support/server.ts'

describe('the QR page in a browser', { skip: noBrowser }, () => {
  let server: TestServer
  let browser: Browser
  const troubles: string[] = []
  before(async () => {
    server = await startServer()
    browser = await openBrowser()
  })
  after(async () => {
    await browser.close()
    await server.close()
  })

  async function open(
    made: Made,
    options: { query?: string; locale?: string; noSockets?: boolean } = {},
  ): Promise<Page> {
    const context = await browser.newContext({
      locale: options.locale ?? 'en-US',
      viewport: { width: 390, height: 844 },
    })
    const page = await context.newPage()
    page.on('pageerror', (error) => troubles.push(error.message))
    page.on('console', (line) => {
      if (/Content Security Policy|Refused to/.test(line.text())) troubles.push(line.text())
    })
    if (options.noSockets === true) await page.routeWebSocket(/scanqrcode/, (socket) => socket.close())
    await page.goto(`${server.url}/waInstance${String(made.idInstance)}/${made.apiTokenInstance}${options.query ?? ''}`)
    return page
  }
  const picture = async (page: Page): Promise<string> => {
    await page.waitForSelector('#picture:not([hidden])')
    return (await page.getAttribute('#picture', 'src'))?.split(',')[1] ?? ''
  }
  /** What the page and its files weigh on their way. */
  const weight = async (page: Page): Promise<number> =>
    Number(
      await page.evaluate(`['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type))
        .filter(({ name, entryType }) => entryType === 'navigation' || name.includes('/assets/'))
        .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`),
    )
  const endOf = async (page: Page): Promise<string> => {
    await page.waitForSelector('#end:not([hidden])')
    return await page.innerText('#end')
  }

  test('by QR over the socket, in the language of the browser', async () => {
    const page = await open(await server.make(), { locale: 'ru-RU' })
    await picture(page)
    assert.ok((await weight(page)) < 20_000, 'it stays small')
    await looksRight(page, 'public linking page')
    assert.match(await page.innerText('h1'), /Подключите WhatsApp/)
    await page.click('[data-lang=en]')
    assert.match(await page.innerText('h1'), /Link WhatsApp/)
    await server.simulator('link', { qr: await picture(page), phoneNumber: '79005550001' })
    assert.match(await endOf(page), /The phone is linked[\s\S]*\+79005550001/)
  })

  test('by QR without a socket, where a proxy knows none', async () => {
    const page = await open(await server.make(), { noSockets: true, query: '?lang=ru' })
    await server.simulator('link', { qr: await picture(page), phoneNumber: '79005550002' })
    assert.match(await endOf(page), /Телефон подключён[\s\S]*\+79005550002/)
  })

  test('by phone number', async () => {
    const page = await open(await server.make())
    await page.click('#swap')
    await page.fill('#phone', '12')
    await page.click('#ask')
    assert.match(await page.innerText('#phone-hint'), /country code/)
    await page.fill('#phone', '+7 900 555-00-03')
    await page.click('#ask')
    await page.waitForSelector('#code:not([hidden])')
    const code = (await page.innerText('#code')).replace('-', '')
    await server.simulator('link', { code, phoneNumber: '79005550003' })
    assert.match(await endOf(page), /The phone is linked[\s\S]*\+79005550003/)
  })

  test('by a code that the messenger sends, whoever comes back to it, and with the password of the account', async () => {
    const made = await server.make({ name: 'Locked', typeInstance: 'telegram' })
    const phoneNumber = newPhone()
    await server.simulator('phones', { phoneNumber, messenger: 'telegram', password: 'sesame' })
    const first = await open(made)
    assert.match(await first.innerText('#steps'), /Telegram/)
    await first.click('#swap')
    await first.fill('#phone', phoneNumber)
    await first.click('#ask')
    await first.fill('#answer', '00000')
    await first.click('#give')
    await first.getByText('This code is wrong').waitFor()
    await first.close()
    const page = await open(made, { query: '?lang=ru' })
    await page.getByText('Код отправлен').waitFor()
    await looksRight(page, 'public linking page code')
    const [phone] = listIn(await server.call('GET', `/simulator/phones?phone=${phoneNumber}&messenger=telegram`))
    await page.fill('#answer', String(at(phone, 'login.code.code')))
    await page.click('#give')
    await page.getByLabel('Пароль аккаунта').fill('sesame')
    await page.click('#give')
    assert.match(await endOf(page), new RegExp(`Телефон подключён[^]*\\+${phoneNumber}`))
    await looksRight(page, 'public linking page linked')
  })

  test('with the passkey that the phone has to confirm', async () => {
    const phoneNumber = newPhone()
    await server.simulator('phones', { phoneNumber, messenger: 'whatsapp', wantsPasskey: true })
    const page = await open(await server.make())
    // It is answered once the passkey is confirmed.
    const scanned = server.simulator('link', { qr: await picture(page), phoneNumber })
    await page.getByText('Waiting for the phone to confirm').waitFor()
    await looksRight(page, 'public linking page passkey')
    await server.simulator('link', { phoneNumber, confirmPasskey: true })
    await scanned
    assert.match(await endOf(page), /The phone is linked/)
  })

  test('linked already, deleted while it is open, deleted before, wrong link', async () => {
    const linked = await server.make()
    await server.link(linked, '79005550004')
    assert.match(await endOf(await open(linked)), /linked already[\s\S]*\+79005550004/)
    const gone = await server.make()
    const page = await open(gone)
    await picture(page)
    await server.partner('POST', 'deleteInstanceAccount', { idInstance: gone.idInstance })
    assert.match(await endOf(page), /was deleted/)
    assert.match(await endOf(await open(gone)), /was deleted/)
    assert.match(await endOf(await open({ ...linked, apiTokenInstance: 'nonsense' })), /not valid/)
  })

  test('paused while it is open, paused before, and good again after the pause', async () => {
    const made = await server.make()
    const [live, account] = [await open(made), await partnerAccount(server)]
    await picture(live)
    await server.operator('POST', `/accounts/${account}/suspend`, { reason: 'unpaid' })
    assert.match(await endOf(live), /is paused/)
    const late = await open(made)
    assert.match(await endOf(late), /is paused/)
    await server.operator('POST', `/accounts/${account}/resume`, {})
    await late.click('#again')
    await server.simulator('link', { qr: await picture(late), phoneNumber: '79005550005' })
    assert.match(await endOf(late), /The phone is linked/)
  })

  test('nothing of the page was refused by its own policy or failed', () => {
    assert.deepEqual(troubles, [])
  })
})
