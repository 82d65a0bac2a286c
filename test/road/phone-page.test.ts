// Truth: the virtual phone as a person uses it in a browser, found by what it says, against an instance that is linked to it.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { readQr } from '../../src/simulator/qr-picture.ts'
import { noBrowser } from '../support/browser.ts'
import { heading, openDevices, shownQr, startPageWalk, type PageWalk } from '../support/page-walk.ts'
import { at, eventually, newPhone, objectIn, pageOf, send, take, takeUntil, wordOf } from '../support/road.ts'
import type { TestServer } from '../support/server.ts'

describe('the virtual phone in a browser', { skip: noBrowser }, () => {
  let walk: PageWalk
  let server: TestServer
  before(async () => {
    walk = await startPageWalk()
    server = walk.server
  })
  after(() => walk.close())

  const chatWith = (page: Page, number: string) => page.getByRole('button', { name: new RegExp(number) })

  async function write(page: Page, text: string): Promise<void> {
    await page.getByRole('textbox', { name: 'Message' }).fill(text)
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByRole('log', { name: 'Messages' }).getByText(text, { exact: true }).waitFor()
  }

  test('links by the picture pasted from the QR page, then talks with the instance both ways', () =>
    walk.person(async (context) => {
      const made = await server.make({
        incomingWebhook: 'yes',
        outgoingWebhook: 'yes',
        outgoingMessageWebhook: 'yes',
        stateWebhook: 'yes',
      })
      const qrPage = await walk.openPage(context, pageOf(made))
      const source = await shownQr(qrPage)
      const own = newPhone()
      const phone = await walk.takePhone(context, `+${own.slice(0, 1)} (${own.slice(1, 4)}) ${own.slice(4)}`)
      const dialog = await openDevices(phone)
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
    walk.person(async (context) => {
      const made = await server.make({ incomingWebhook: 'yes', outgoingWebhook: 'yes' })
      const [shop, customer] = [newPhone(), newPhone()]
      const shopPage = await walk.openPage(context, pageOf(made))
      const shopPhone = await walk.takePhone(context, shop)
      const dialog = await openDevices(shopPhone)
      const qr = readQr(await shownQr(shopPage))
      assert.ok(qr !== null)
      await dialog.getByLabel('Text of the QR, or code').fill(qr)
      await dialog.getByRole('button', { name: 'Link', exact: true }).click()
      await dialog.getByText(/^Linked as /).waitFor()

      const page = await walk.takePhone(context, customer)
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
    walk.person(
      async (context) => {
        const made = await server.make()
        const own = newPhone()
        const { code } = objectIn(await server.on(made, 'POST', 'getAuthorizationCode', { phoneNumber: Number(own) }))
        const page = await walk.takePhone(context, own)
        const dialog = await openDevices(page)
        await dialog.getByLabel('Text of the QR, or code').fill('0000-0000')
        await dialog.getByRole('button', { name: 'Link', exact: true }).click()
        await dialog.getByText(/'code' is wrong/).waitFor()
        await dialog.getByLabel('Text of the QR, or code').fill(String(code))
        await dialog.getByRole('button', { name: 'Link', exact: true }).click()
        await dialog.getByText(/^Linked as /).waitFor()
        await eventually(async () => walk.isState(made, 'authorized'), 'authorized')
        await dialog.getByRole('button', { name: 'Unlink' }).click()
        await dialog.getByText('No device is linked to this phone.').waitFor()
        await eventually(async () => walk.isState(made, 'notAuthorized'), 'unlinked')
      },
      { provoked: /status of 400/ },
    ))

  test('a MAX phone links a MAX instance; the page speaks Russian on request', () =>
    walk.person(async (context) => {
      const made = await server.make({ incomingWebhook: 'yes' }, '/v3')
      const own = newPhone()
      const page = await walk.takePhone(context, own, 'MAX')
      await server.simulator('link', {
        qr: objectIn(await server.on(made, 'GET', 'qr'))['message'],
        phoneNumber: own,
      })
      await (await openDevices(page)).getByText('connected').waitFor()
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'Русский' }).click()
      assert.equal(await page.title(), 'Виртуальный телефон')
      await page.getByRole('button', { name: 'English' }).click()
      assert.equal(await page.title(), 'Virtual phone')
    }))

  test('shows the login code that a messenger sends, and confirms by passkey what scanned its QR', () =>
    walk.person(async (context) => {
      const max = await server.make({ name: 'max' }, '/v3')
      const number = newPhone()
      const page = await walk.takePhone(context, number, 'MAX')
      objectIn(await server.on(max, 'POST', 'startAuthorization', { phoneNumber: Number(number) }))
      const code = await page.getByRole('status').locator('b').innerText()
      const answer = objectIn(await server.on(max, 'POST', 'sendAuthorizationCode', { code }))
      assert.equal(answer['status'], true)
      await page.getByText('Login code:').waitFor({ state: 'hidden' })

      const made = await server.make()
      const own = newPhone()
      const phone = await walk.takePhone(context, own)
      await phone.getByRole('button', { name: `+${own}` }).click()
      await phone.getByRole('switch', { name: 'Ask this phone to confirm by passkey' }).check()
      await phone.keyboard.press('Escape')
      const { message: qr } = objectIn(await server.on(made, 'GET', 'qr'))
      await eventually(async () => {
        const linked = await server.simulator('link', { qr, phoneNumber: own })
        return at(linked.json, 'asked') === 'passkey'
      }, 'the passkey is asked for')
      await phone.getByRole('button', { name: 'Confirm by passkey' }).click()
      await eventually(() => walk.isState(made, 'authorized'), 'authorized')
    }))
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
