// Truth: the road as a person walks it in a browser: the QR page, found by what it says, at the real rates.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { noBrowser } from '../support/browser.ts'
import { heading, picture, scan, shownQr, startPageWalk, type PageWalk } from '../support/page-walk.ts'
import { at, eventually, listIn, newPhone, objectIn, pageOf } from '../support/road.ts'
import type { TestServer } from '../support/server.ts'

/** The page asks for the state more often than the instance may answer, and asks again. */
const BUSY = { provoked: /status of 429/ }

describe('the QR page in a browser', { skip: noBrowser }, () => {
  let walk: PageWalk
  let server: TestServer
  before(async () => {
    walk = await startPageWalk()
    server = walk.server
  })
  after(() => walk.close())

  test('shows a QR, renews it every 20 s, and ends when the phone has scanned the one that is shown', () =>
    walk.person(
      async (context) => {
        const page = await walk.openPage(context, pageOf(await server.make()))
        await heading(page, 'Link WhatsApp')
        const first = await shownQr(page)
        walk.clock.skip(20_000)
        await eventually(async () => (await shownQr(page)) !== first, 'another QR')
        const phone = newPhone()
        await scan(server, page, phone)
        await heading(page, 'The phone is linked')
        await page.getByText(`+${phone}`).waitFor()
        await page.reload()
        await heading(page, 'A phone is linked already')
      },
      { size: { width: 390, height: 844 } },
    ))

  test('speaks Russian to who reads Russian, and the other language on request', () =>
    walk.person(
      async (context) => {
        const page = await walk.openPage(context, pageOf(await server.make({ name: 'max' }, '/v3')))
        await heading(page, 'Подключите MAX')
        await page.getByRole('button', { name: 'EN' }).click()
        await heading(page, 'Link MAX')
        assert.equal(await page.title(), 'Link MAX')
        await page.getByRole('button', { name: 'RU' }).click()
        await scan(server, page, newPhone(), 'QR-код для сканирования телефоном')
        await heading(page, 'Телефон подключён')
      },
      { locale: 'ru-RU' },
    ))

  test('links by a code for a phone number', () =>
    walk.person(async (context) => {
      const made = await server.make()
      const page = await walk.openPage(context, pageOf(made))
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
    walk.person(async (context) => {
      const page = await walk.openPage(context, pageOf(await server.make()))
      await shownQr(page)
      walk.clock.skip(101_000)
      await heading(page, 'The time is over')
      await page.getByRole('button', { name: 'Try again' }).click()
      await scan(server, page)
      await heading(page, 'The phone is linked')
    }))

  test('tells a wrong link and a deleted instance, and shows no QR for them', () =>
    walk.person(
      async (context) => {
        const made = await server.make()
        const gone = await server.make()
        await server.partner('POST', 'deleteInstanceAccount', { idInstance: gone.idInstance })
        for (const [on, name] of [
          [{ ...made, apiTokenInstance: 'f'.repeat(50) }, 'This link is not valid'],
          [{ ...made, idInstance: 1_199_999_999 }, 'This link is not valid'],
          [gone, 'This instance was deleted'],
        ] as const) {
          const page = await walk.openPage(context, pageOf(on))
          await heading(page, name)
          assert.equal(await picture(page).count(), 0)
        }
      },
      { provoked: /status of 40[013]/ },
    ))

  test('asks for the password of an account that has one, and says when it is wrong', () =>
    walk.person(async (context) => {
      const page = await walk.openPage(context, pageOf(await server.make()))
      const phone = newPhone()
      await server.simulator('phones', { phoneNumber: phone, password: 'jade' })
      assert.deepEqual(at(await scan(server, page, phone), 'asked'), 'password')
      const field = page.getByLabel('Password of the account')
      await field.fill('opal')
      await page.getByRole('button', { name: 'Go on' }).click()
      await page.getByText('This password is wrong. Try again.').waitFor()
      await page.getByRole('button', { name: 'RU' }).click()
      await page.getByText('Пароль неверный. Попробуйте ещё раз.').waitFor()
      walk.clock.skip(1_000)
      await page.getByLabel('Пароль аккаунта').fill('jade')
      await page.getByRole('button', { name: 'Продолжить' }).click()
      await heading(page, 'Телефон подключён')
    }))

  test('waits for the passkey that the phone confirms, longer than a QR is shown', () =>
    walk.person(async (context) => {
      const page = await walk.openPage(context, pageOf(await server.make()))
      const phone = newPhone()
      await server.simulator('phones', { phoneNumber: phone, wantsPasskey: true })
      await scan(server, page, phone)
      await page.getByText('Waiting for the phone to confirm…').waitFor()
      // Step by step, so that connections stay alive.
      for (let skippedS = 0; skippedS < 110; skippedS += 5) {
        walk.clock.skip(5_000)
        await server.call('GET', '/health')
      }
      objectIn(await server.simulator('link', { phoneNumber: phone, confirmPasskey: true }))
      await heading(page, 'The phone is linked')
    }))

  test('says of a passkey that nobody confirmed that another try will not help', () =>
    walk.person(async (context) => {
      await context.clock.install()
      const page = await walk.openPage(context, pageOf(await server.make()))
      const phone = newPhone()
      await server.simulator('phones', { phoneNumber: phone, wantsPasskey: true })
      await scan(server, page, phone)
      await page.getByText('Waiting for the phone to confirm…').waitFor()
      await page.clock.fastForward(301_000)
      await heading(page, 'The passkey was not confirmed')
      await page.getByRole('button', { name: 'RU' }).click()
      await heading(page, 'Ключ доступа не подтверждён')
      await page.getByRole('button', { name: 'Попробовать ещё раз' }).waitFor()
    }))

  for (const [messenger, prefix, body] of [
    ['MAX', '/v3', {}],
    ['Telegram', '', { typeInstance: 'telegram' }],
  ] as const)
    test(`links ${messenger} by the code that was sent to the phone, and its password`, () =>
      walk.person(async (context) => {
        const made = await server.make({ name: 'sms', ...body }, prefix)
        const phone = newPhone()
        await server.simulator('phones', { phoneNumber: phone, messenger: made.typeInstance, password: 'jade' })
        const page = await walk.openPage(context, pageOf(made))
        await page.getByRole('button', { name: 'Link with a code sent to the phone' }).click()
        await page.getByLabel('Phone number with country code').fill(`+${phone}`)
        await page.getByRole('button', { name: 'Send the code' }).click()
        const field = page.getByLabel('Code from the messenger')
        await field.fill('1')
        await page.getByRole('button', { name: 'Go on' }).click()
        await page.getByText('This code is wrong. Look again and type it once more.').waitFor()
        await page.reload()
        const path = `/simulator/phones?phone=${phone}&messenger=${made.typeInstance}`
        const [account] = listIn(await server.call('GET', path))
        await field.fill(String(at(account, 'login.code.code')))
        walk.clock.skip(1_000)
        await page.getByRole('button', { name: 'Go on' }).click()
        await page.getByLabel('Password of the account').fill('jade')
        await page.getByRole('button', { name: 'Go on' }).click()
        await heading(page, 'The phone is linked')
      }, BUSY))

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
})
