// Truth: the road as a person walks it in a browser: the QR page and the virtual phone, found by what they say, at the real rates.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import { readQr } from '../../src/simulator/qr-picture.ts'
import { complaintsOf, noBrowser, openBrowser } from '../support/browser.ts'
import { at, eventually, newPhone, objectIn, pageOf, send, take, takeUntil, wordOf } from '../support/road.ts'
import { startServer, type Made, type TestServer } from '../support/server.ts'

const PATIENCE_MS = 15_000

describe('in a browser', { skip: noBrowser }, () => {
  const clock = new SkippingClock()
  let server: TestServer
  let browser: Browser
  before(async () => {
    server = await startServer({ JADEGATE_RATE_LIMIT_SCALE: '1', JADEGATE_DELAY_MIN_MS: '0' }, { clock })
    browser = await openBrowser()
  })
  after(async () => {
    await browser.close()
    await server.close()
  })

  interface Habits {
    readonly locale?: string
    readonly size?: { readonly width: number; readonly height: number }
    /** A refusal that the test provokes, of which the browser itself speaks on the console. */
    readonly provoked?: RegExp
  }

  /** A person with a browser of their own; at the end nothing may have gone wrong in it. */
  async function person(walk: (context: BrowserContext) => Promise<void>, habits: Habits = {}): Promise<void> {
    const { locale = 'en-US', size = { width: 1200, height: 900 }, provoked } = habits
    const context = await browser.newContext({ locale, viewport: size })
    context.setDefaultTimeout(PATIENCE_MS)
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url })
    const complaints = complaintsOf(context, server.url)
    try {
      await walk(context)
      assert.deepEqual(
        complaints.filter((line) => provoked?.test(line) !== true),
        [],
      )
    } finally {
      await context.close()
    }
  }

  async function openPage(context: BrowserContext, path: string): Promise<Page> {
    const page = await context.newPage()
    await page.goto(server.url + path)
    return page
  }

  const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true }).waitFor()
  const picture = (page: Page, name = 'QR code to scan with the phone') => page.getByRole('img', { name })

  async function shownQr(page: Page, name?: string): Promise<string> {
    const source = await eventually(async () => {
      await picture(page, name).waitFor()
      return picture(page, name).getAttribute('src')
    }, 'a QR')
    return source
  }

  async function scan(page: Page, phoneNumber: string, name?: string): Promise<void> {
    const answer = await server.simulator('link', { qr: await shownQr(page, name), phoneNumber })
    assert.equal(answer.status, 200, answer.text)
  }

  /** Takes a phone on the page of the virtual phones. */
  async function takePhone(context: BrowserContext, number: string, messenger = 'WhatsApp'): Promise<Page> {
    const page = await openPage(context, '/simulator/phone')
    await page.getByLabel('Phone number').fill(number)
    await page.getByText(messenger, { exact: true }).click()
    await page.getByRole('button', { name: 'Take this phone' }).click()
    await page.getByText('live', { exact: true }).waitFor()
    return page
  }

  const devicesOf = async (page: Page) => {
    await page.getByRole('button', { name: 'Linked devices' }).click()
    return page.getByRole('dialog', { name: 'Linked devices' })
  }

  describe('the QR page', () => {
    test('shows a QR, renews it every 20 s, and ends when the phone has scanned the one that is shown', () =>
      person(
        async (context) => {
          const page = await openPage(context, pageOf(await server.make()))
          await heading(page, 'Link WhatsApp')
          const first = await shownQr(page)
          clock.skip(20_000)
          await eventually(async () => (await shownQr(page)) !== first, 'another QR')
          const phone = newPhone()
          await scan(page, phone)
          await heading(page, 'The phone is linked')
          await page.getByText(`+${phone}`).waitFor()
          await page.reload()
          await heading(page, 'A phone is linked already')
        },
        { size: { width: 390, height: 844 } },
      ))

    test('speaks Russian to who reads Russian, and the other language on request', () =>
      person(
        async (context) => {
          const page = await openPage(context, pageOf(await server.make({ name: 'max' }, '/v3')))
          await heading(page, 'Подключите MAX')
          await page.getByRole('button', { name: 'EN' }).click()
          await heading(page, 'Link MAX')
          assert.equal(await page.title(), 'Link MAX')
          await page.getByRole('button', { name: 'RU' }).click()
          await scan(page, newPhone(), 'QR-код для сканирования телефоном')
          await heading(page, 'Телефон подключён')
        },
        { locale: 'ru-RU' },
      ))

    test('links by a code for a phone number', () =>
      person(async (context) => {
        const made = await server.make()
        const page = await openPage(context, pageOf(made))
        await page.getByRole('button', { name: 'Link with a phone number instead' }).click()
        const phone = newPhone()
        await page.getByLabel('Phone number with country code').fill(`+${phone}`)
        await page.getByRole('button', { name: 'Get a code' }).click()
        const shown = page.getByText(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/)
        const code = await shown.innerText()
        const linked = await server.simulator('link', { code, phoneNumber: phone })
        assert.equal(linked.status, 200, linked.text)
        await heading(page, 'The phone is linked')
        await page.getByText(`+${phone}`).waitFor()
      }))

    test('says that nobody has scanned in time, and begins again', () =>
      person(async (context) => {
        const page = await openPage(context, pageOf(await server.make()))
        await shownQr(page)
        clock.skip(101_000)
        await heading(page, 'The time is over')
        await page.getByRole('button', { name: 'Try again' }).click()
        await scan(page, newPhone())
        await heading(page, 'The phone is linked')
      }))

    test('tells a wrong link and a deleted instance, and shows no QR for them', () =>
      person(
        async (context) => {
          const made = await server.make()
          const gone = await server.make()
          await server.partner('POST', 'deleteInstanceAccount', { idInstance: gone.idInstance })
          for (const [on, name] of [
            [{ ...made, apiTokenInstance: 'f'.repeat(50) }, 'This link is not valid'],
            [{ ...made, idInstance: 1_199_999_999 }, 'This link is not valid'],
            [gone, 'This instance was deleted'],
          ] as const) {
            const page = await openPage(context, pageOf(on))
            await heading(page, name)
            assert.equal(await picture(page).count(), 0)
          }
        },
        { provoked: /status of 40[013]/ },
      ))
  })

  describe('the virtual phone', () => {
    const chatWith = (page: Page, number: string) => page.getByRole('button', { name: new RegExp(number) })

    async function write(page: Page, text: string): Promise<void> {
      await page.getByRole('textbox', { name: 'Message' }).fill(text)
      await page.getByRole('button', { name: 'Send' }).click()
      await page.getByRole('log', { name: 'Messages' }).getByText(text, { exact: true }).waitFor()
    }

    test('links by the picture pasted from the QR page, then talks with the instance both ways', () =>
      person(async (context) => {
        const made = await server.make({
          incomingWebhook: 'yes',
          outgoingWebhook: 'yes',
          outgoingMessageWebhook: 'yes',
          stateWebhook: 'yes',
        })
        const qrPage = await openPage(context, pageOf(made))
        const source = await shownQr(qrPage)
        const own = newPhone()
        const phone = await takePhone(context, `+${own.slice(0, 1)} (${own.slice(1, 4)}) ${own.slice(4)}`)
        const dialog = await devicesOf(phone)
        await phone.evaluate(copyPicture, source)
        await dialog.getByLabel('Text of the QR, or code').focus()
        await phone.keyboard.press('Control+V')
        await dialog.getByText(/^Linked as /).waitFor()
        await dialog.getByText('connected', { exact: false }).first().waitFor()
        await dialog.getByRole('button', { name: 'Close' }).click()
        await qrPage.bringToFront()
        await heading(qrPage, 'The phone is linked')
        assert.equal(wordOf(await take(server, made)), 'authorized')

        await phone.bringToFront()
        const friend = newPhone()
        await phone.getByLabel('Number to write to').fill(friend)
        await phone.getByRole('button', { name: 'Open chat' }).click()
        await write(phone, 'from the phone itself')
        const told = await take(server, made)
        assert.deepEqual(
          [told['typeWebhook'], at(told, 'senderData.chatId')],
          ['outgoingMessageReceived', `${friend}@c.us`],
        )
        await send(server, made, friend, 'and by the API')
        await phone.getByRole('log', { name: 'Messages' }).getByText('and by the API').waitFor()
        await server.simulator('messages', { from: friend, to: own, text: 'an answer' })
        await phone.getByRole('log', { name: 'Messages' }).getByText('an answer').waitFor()
        await takeUntil(server, made, (body) => body['typeWebhook'] === 'incomingMessageReceived')
      }))

    test('as a customer: sees what the instance sends, answers, and its ticks follow', () =>
      person(async (context) => {
        const made = await server.make({ incomingWebhook: 'yes', outgoingWebhook: 'yes' })
        const [shop, customer] = [newPhone(), newPhone()]
        const shopPage = await openPage(context, pageOf(made))
        const shopPhone = await takePhone(context, shop)
        const dialog = await devicesOf(shopPhone)
        const qr = readQr(await shownQr(shopPage))
        assert.ok(qr !== null)
        await dialog.getByLabel('Text of the QR, or code').fill(qr)
        await dialog.getByRole('button', { name: 'Link', exact: true }).click()
        await dialog.getByText(/^Linked as /).waitFor()

        const page = await takePhone(context, customer)
        await send(server, made, customer, 'Your order is ready')
        await chatWith(page, 'Your order is ready').click()
        assert.deepEqual((await takeUntil(server, made, (body) => wordOf(body) === 'read')).map(wordOf), [
          'sent',
          'delivered',
          'read',
        ])
        await write(page, 'On my way')
        const received = await take(server, made)
        assert.equal(at(received, 'messageData.textMessageData.textMessage'), 'On my way')
        const log = page.getByRole('log', { name: 'Messages' })
        await log.getByRole('img', { name: 'delivered' }).waitFor()
        await server.simulator('read', { phone: shop, chat: customer })
        await log.getByRole('img', { name: 'read', exact: true }).waitFor()
      }))

    test('links by a code, shows the device, and unlinks it', () =>
      person(
        async (context) => {
          const made = await server.make()
          const own = newPhone()
          const { code } = objectIn(await server.on(made, 'POST', 'getAuthorizationCode', { phoneNumber: Number(own) }))
          const page = await takePhone(context, own)
          const dialog = await devicesOf(page)
          await dialog.getByLabel('Text of the QR, or code').fill('0000-0000')
          await dialog.getByRole('button', { name: 'Link', exact: true }).click()
          await dialog.getByText(/'code' is wrong/).waitFor()
          await dialog.getByLabel('Text of the QR, or code').fill(String(code))
          await dialog.getByRole('button', { name: 'Link', exact: true }).click()
          await dialog.getByText(/^Linked as /).waitFor()
          await eventually(async () => isState(made, 'authorized'), 'authorized')
          await dialog.getByRole('button', { name: 'Unlink' }).click()
          await dialog.getByText('No device is linked to this phone.').waitFor()
          await eventually(async () => isState(made, 'notAuthorized'), 'unlinked')
        },
        { provoked: /status of 400/ },
      ))

    test('a MAX phone links a MAX instance; the page speaks Russian on request', () =>
      person(async (context) => {
        const made = await server.make({ incomingWebhook: 'yes' }, '/v3')
        const own = newPhone()
        const page = await takePhone(context, own, 'MAX')
        await server.simulator('link', {
          qr: objectIn(await server.on(made, 'GET', 'qr'))['message'],
          phoneNumber: own,
        })
        await (await devicesOf(page)).getByText('connected').waitFor()
        await page.keyboard.press('Escape')
        await page.getByRole('button', { name: 'Русский' }).click()
        assert.equal(await page.title(), 'Виртуальный телефон')
        await page.getByRole('button', { name: 'English' }).click()
        assert.equal(await page.title(), 'Virtual phone')
      }))
  })

  test('both pages are served under a policy that lets nothing in from elsewhere', async () => {
    for (const path of [pageOf(await server.make()), '/simulator/phone']) {
      const { headers } = await server.call('GET', path)
      const policy = headers.get('content-security-policy') ?? ''
      assert.match(policy, /^default-src 'none';/)
      assert.doesNotMatch(policy, /unsafe|https?:|\*/)
      assert.equal(headers.get('x-content-type-options'), 'nosniff')
      assert.equal(headers.get('referrer-policy'), 'no-referrer')
    }
  })

  async function isState(made: Made, state: string): Promise<boolean> {
    const answer = await server.on(made, 'GET', 'getStateInstance')
    return answer.text === JSON.stringify({ stateInstance: state })
  }
})

/** Runs in the page: what a person does with "Copy image". */
async function copyPicture(source: string): Promise<void> {
  const own = globalThis as unknown as {
    navigator: { clipboard: { write: (items: object[]) => Promise<void> } }
    ClipboardItem: new (types: object) => object
  }
  const bytes = Uint8Array.from(atob(source.slice(source.indexOf(',') + 1)), (sign) => sign.charCodeAt(0))
  const picture = new Blob([bytes], { type: 'image/png' })
  await own.navigator.clipboard.write([new own.ClipboardItem({ 'image/png': picture })])
}
