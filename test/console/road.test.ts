// Truth: the road of a new partner as the issue tells it, from the invitation to the first answered message; and that every address of the
// console shows its page in both languages, themes and widths.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { noBrowser } from '../support/browser.ts'
import { fitsInTheDark, PASSWORD, startConsoleScene, type ConsoleScene } from '../support/console-scene.ts'
import { partnerAccount, person as personalAccount } from '../support/operator.ts'
import { eventually, linked, messagesOn, newPhone } from '../support/road.ts'

const OF_INSTANCES = ['overview', 'settings', 'access', 'history', 'queues', 'notifications', 'chat', 'try']
const OF_ACCOUNTS = ['instances', 'profile', 'tokens', 'hook', 'brand', 'billing', 'people']
const OF_OPERATORS = ['accounts', 'tariffs', 'people', 'audit', 'health']
/** An account without a lifecycle webhook has none: the browser itself speaks of that answer. */
const NO_HOOK = /status of 404/
const HIDDEN_TABS = `[...document.querySelectorAll('main nav [aria-current=page]')]
  .map((tab) => tab.getBoundingClientRect()).filter(({ left, right }) => left < 0 || right > innerWidth).length`

const seesOpenTab = (page: Page, path: string) =>
  eventually(async () => (await page.evaluate(HIDDEN_TABS)) === 0, `${path}: the open tab is seen`)

describe('the road of a partner through the console', { skip: noBrowser }, () => {
  let scene: ConsoleScene
  before(async () => {
    scene = await startConsoleScene()
  })
  after(() => scene.close())

  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

  test('from the invitation to the first answered message', async () => {
    const account = await personalAccount(scene.server)
    const link = await scene.invite('ann@example.com', { account, role: 'owner' })
    const { page, leave } = await scene.visit(null)
    await page.goto(link)
    await page.getByLabel('Your name').fill('Ann')
    await page.getByLabel('New password').fill(PASSWORD)
    await button(page, 'Begin').click()

    await button(page, 'New instance').first().click()
    await page.getByRole('dialog').getByLabel('Name').fill('Flowers')
    await page.getByRole('dialog').getByRole('button', { name: 'New instance', exact: true }).click()
    const phone = newPhone()
    await page.getByLabel('Its number').fill(phone)
    await button(page, 'Link a virtual phone').click()
    await page.getByText('The phone is linked').waitFor()

    const customer = newPhone()
    await scene.server.simulator('phones', { phoneNumber: customer, name: 'Carol' })
    const asked = { from: customer, to: phone, text: 'Are you open today?' }
    assert.equal((await scene.server.simulator('messages', asked)).status, 200)
    await page.getByRole('link', { name: 'Chat' }).click()
    await page.getByRole('region', { name: 'Chats' }).getByRole('button', { name: 'Carol' }).click()
    await page.getByRole('log').getByText('Are you open today?').waitFor()
    const field = page.getByRole('textbox', { name: 'Message' })
    await field.fill('Until eight')
    await field.press('Enter')
    await eventually(
      async () => (await messagesOn(scene.server, customer)).some(({ text }) => text === 'Until eight'),
      'the answer is on the phone of the customer',
    )
    await leave()
  })

  test('every address shows its page, also in the longer words and in the looks that other suites leave out', async () => {
    const account = await partnerAccount(scene.server)
    const { made } = await linked(scene.server, {})
    const olga = await scene.join('olga@example.com', 'operator')
    const paths = [
      ...OF_ACCOUNTS.map((name) => `/a/${account}/${name}`),
      ...OF_INSTANCES.map((name) => `/a/${account}/instances/${String(made.idInstance)}/${name}`),
      ...OF_OPERATORS.map((name) => `/operator/${name}`),
      ...[`/operator/accounts/${account}`, '/phones', '/me', '/nowhere'],
    ]
    const { page, open, leave } = await scene.visit(olga, { locale: 'ru-RU', isPhone: true, provoked: NO_HOOK })
    for (const path of paths) {
      await open(path)
      await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' })
      assert.equal(await page.getByRole('alert').count(), 0, path)
      await seesOpenTab(page, path)
      await fitsInTheDark(
        page,
        `ru ${path.replace(`/${account}`, '').replace(/\/\d+/, '').slice(1).replaceAll('/', ' ')}`,
      )
      // The window was as wide as a desk meanwhile.
      await seesOpenTab(page, path)
    }
    await leave()
  })
})
