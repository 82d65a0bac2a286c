// Truth: what people who work with instances see and do in a real browser; what came of it is asked of the server.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { noBrowser } from '../support/browser.ts'
import { looksRight, startConsoleScene, type ConsolePerson, type ConsoleScene } from '../support/console-scene.ts'
import { partnerAccount, person as personalAccount } from '../support/operator.ts'
import { at, eventually, listIn, newPhone, objectIn } from '../support/road.ts'

const HOSTILE = '<img src=x onerror=alert(1)> "shop"'

describe('instances in the console', { skip: noBrowser }, () => {
  let scene: ConsoleScene
  let account: string
  let ann: ConsolePerson
  before(async () => {
    scene = await startConsoleScene()
    account = await personalAccount(scene.server)
    ann = await scene.join('ann@example.com', { account, role: 'developer' })
  })
  after(() => scene.close())

  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
  const inDialog = (page: Page, name: string) => page.getByRole('dialog').getByRole('button', { name, exact: true })

  /** The free tariff is for one instance alone. */
  async function make(name: string, typeInstance = 'whatsapp'): Promise<number> {
    const wanted = { name, typeInstance, tariff: 'BUSINESS', payment: 'hand' }
    const made = await scene.server.operator('POST', `/accounts/${account}/instances`, wanted)
    return Number(objectIn(made, 201)['idInstance'])
  }

  async function stored(id: number): Promise<unknown> {
    return ann.api.good('GET', `/accounts/${account}/instances/${String(id)}`)
  }

  /** What a phone would read from the screen. */
  async function shownQr(page: Page): Promise<string> {
    const source = await page.getByRole('img', { name: 'QR code to scan with the phone' }).getAttribute('src')
    return String(source).replace('data:image/png;base64,', '')
  }

  test('a new instance is made, linked to a virtual phone, named anew and deleted', async () => {
    const { page, open, leave } = await scene.visit(ann)
    await open(`/a/${account}/instances`)
    await page.getByText('No instances yet').waitFor()
    await looksRight(page, 'no instances')
    await button(page, 'New instance').first().click()
    await page.getByRole('dialog').getByLabel('Name').fill(HOSTILE)
    await looksRight(page, 'new instance')
    await inDialog(page, 'New instance').click()
    await page.getByRole('img', { name: 'QR code to scan with the phone' }).waitFor()
    await looksRight(page, 'linking')
    const phone = newPhone()
    await page.getByLabel('Its number').fill(phone)
    await button(page, 'Link a virtual phone').click()
    await page.getByText('The phone is linked').waitFor()
    await page.getByText(`+${phone}`).first().waitFor()
    await page.getByText(`${phone}@c.us`).waitFor()
    await looksRight(page, 'linked')

    const id = Number(/instances\/(\d+)\//.exec(page.url())?.[1])
    await button(page, 'Rename').click()
    await page.getByRole('dialog').getByLabel('Name').fill('Flowers')
    await inDialog(page, 'Save').click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    assert.equal(at(await stored(id), 'name'), 'Flowers')
    await page.getByRole('link', { name: 'History' }).click()
    await page
      .getByRole('cell', { name: `${phone}@c.us` })
      .first()
      .waitFor()
    await looksRight(page, 'history')

    await page.getByRole('link', { name: 'Overview' }).click()
    await button(page, 'Delete').click()
    await page.getByRole('checkbox', { name: 'Log out first' }).uncheck()
    await page.getByText(`The phone +${phone} stays linked`).waitFor()
    await looksRight(page, 'deletion')
    await page.getByRole('checkbox', { name: 'Log out first' }).check()
    await inDialog(page, 'Delete').click()
    await page.getByRole('heading', { name: 'Instances', level: 1 }).waitFor()
    await page.getByText('No instances yet').waitFor()
    assert.notEqual(at(await stored(id), 'timeDeleted'), null)
    assert.equal(await devicesOf(phone), 0, 'the phone is unlinked')
    await leave()
  })

  async function phoneView(phone: string, messenger: string): Promise<unknown> {
    return listIn(await scene.server.call('GET', `/simulator/phones?phone=${phone}&messenger=${messenger}`))[0]
  }

  async function devicesOf(phone: string, messenger = 'whatsapp'): Promise<number> {
    const devices = at(await phoneView(phone, messenger), 'devices')
    return Array.isArray(devices) ? devices.length : assert.fail(JSON.stringify(devices))
  }

  test('the list finds, sorts and pages, and shows what changes while one looks', async () => {
    for (const name of ['Bakery', 'Clinic', 'Taxi']) await make(name)
    const telegram = await make('Messages', 'telegram')
    const { page, open, leave } = await scene.visit(ann)
    await open(`/a/${account}/instances`)
    const names = async (): Promise<readonly string[]> => page.getByRole('row').getByRole('link').allTextContents()
    const shows = (...wanted: readonly string[]) =>
      eventually(async () => JSON.stringify(await names()) === JSON.stringify(wanted), wanted.join(', '))
    await shows('Messages', 'Taxi', 'Clinic', 'Bakery')
    await button(page, 'Name').click()
    await shows('Bakery', 'Clinic', 'Messages', 'Taxi')
    await page.getByRole('textbox', { name: 'Name, phone or number of the instance' }).fill('i')
    await shows('Clinic', 'Taxi')
    await page.reload()
    await shows('Clinic', 'Taxi')
    await button(page, 'Clear the filters').click()
    await page.getByRole('combobox', { name: 'Messenger' }).click()
    await page.getByRole('option', { name: 'Telegram' }).click()
    await shows('Messages')
    await looksRight(page, 'list')
    const phone = newPhone()
    await link(telegram, phone)
    const row = page.getByRole('row', { name: /Messages/ })
    await row.getByText('Linked', { exact: true }).waitFor()
    await row.getByText(`+${phone}`).waitFor()
    await row.getByRole('button', { name: 'Actions: Messages' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await page.getByRole('checkbox', { name: 'Log out first' }).uncheck()
    await inDialog(page, 'Delete').click()
    await page.getByText('Nothing fits').waitFor()
    assert.equal(await devicesOf(phone, 'telegram'), 1, 'the phone stays linked')
    await leave()
  })

  async function link(id: number, phoneNumber: string): Promise<void> {
    const qr = await ann.api.good('GET', `/accounts/${account}/instances/${String(id)}/call/qr`)
    const linked = await scene.server.simulator('link', { qr: qr['message'], phoneNumber })
    assert.equal(linked.status, 200, linked.text)
  }

  test('an account with a password is linked by the code that the messenger sends', async () => {
    const id = await make('Locked', 'telegram')
    const phone = newPhone()
    const armed = await scene.server.simulator('phones', {
      phoneNumber: phone,
      messenger: 'telegram',
      password: 'sesame',
    })
    assert.equal(armed.status, 200, armed.text)
    const { page, open, leave } = await scene.visit(ann)
    await open(`/a/${account}/instances/${String(id)}/overview`)
    await page.getByText('By phone number').click()
    await page.getByLabel('Phone number with country code').fill('12')
    await button(page, 'Send the code').click()
    await page.getByText('The number with its country code, 7 to 15 digits.').waitFor()
    await page.getByLabel('Phone number with country code').fill(`+${phone}`)
    await button(page, 'Send the code').click()
    const code = page.getByLabel('Code from the messenger')
    await code.fill('00000')
    await button(page, 'Go on').click()
    await page.getByText('This code is wrong. Look again and type it once more.').waitFor()
    await looksRight(page, 'code')
    await code.fill(String(at(await phoneView(phone, 'telegram'), 'login.code.code')))
    await button(page, 'Go on').click()
    await page.getByLabel('Password of the account').fill('sesame')
    await button(page, 'Go on').click()
    await page.getByText('The phone is linked').waitFor()
    await leave()
  })

  test('settings are checked, saved and not lost by accident', async () => {
    const id = await make('Settings')
    const { page, open, leave } = await scene.visit(ann)
    await open(`/a/${account}/instances/${String(id)}/settings`)
    await looksRight(page, 'settings')
    await page.getByLabel(/^Incoming messages/).check({ force: true })
    await page.getByLabel(/^Webhook address/).fill('shop.example.com')
    await page.getByText('An address that begins with one of: http://, https://').waitFor()
    assert.equal(await button(page, 'Save').isDisabled(), true)
    await page.getByLabel(/^Webhook address/).fill('https://shop.example.com/hook')
    await page.getByRole('textbox', { name: /^Webhook token/ }).fill('s3cret')
    await page.getByLabel(/^Pause between two messages/).fill('1500')
    await page.getByRole('link', { name: 'History' }).click()
    await page.getByRole('dialog').getByText('What you have changed here is not saved.').waitFor()
    await inDialog(page, 'Cancel').click()
    await button(page, 'Save').click()
    await page.getByText('Saved', { exact: true }).waitFor()
    const { settings } = objectIn(await ann.api.call('GET', `/accounts/${account}/instances/${String(id)}`))
    assert.equal(at(settings, 'incomingWebhook'), 'yes')
    assert.equal(at(settings, 'webhookUrl'), 'https://shop.example.com/hook')
    assert.equal(at(settings, 'delaySendMessagesMilliseconds'), 1500)
    await page.reload()
    await button(page, 'Show: As it is now').click()
    await page.getByText('s3cret').waitFor()
    await button(page, 'Remove').click()
    await button(page, 'Save').click()
    await page.getByText('Saved', { exact: true }).waitFor()
    const told = await ann.api.good('GET', `/accounts/${account}/instances/${String(id)}/call/getSettings`)
    assert.equal(told['webhookUrlToken'], '')
    await leave()
  })

  test('a token is shown by a click and can be replaced', async () => {
    const id = await make('Access')
    const { page, open, leave } = await scene.visit(ann)
    await open(`/a/${account}/instances/${String(id)}/access`)
    const token = page.getByText(/^[0-9a-f]{50}$/)
    assert.equal(await token.count(), 0)
    await button(page, 'Show: apiTokenInstance').click()
    const before = await token.textContent()
    await looksRight(page, 'access')
    assert.equal(page.url().includes(String(before)), false)
    await button(page, 'Replace the token').click()
    await inDialog(page, 'Replace the token').click()
    await page.getByText('The token is replaced. Give the new one to your programs.').waitFor()
    assert.equal(await token.count(), 0, 'the old one is gone')
    await button(page, 'Show: apiTokenInstance').click()
    const now = await token.textContent()
    assert.notEqual(now, before)
    const path = (text: string | null) => `/waInstance${String(id)}/getStateInstance/${String(text)}`
    assert.equal((await scene.server.call('GET', path(before))).status, 401)
    assert.equal((await scene.server.call('GET', path(now))).status, 200)
    await leave()
  })

  test('a partner account creates and deletes through its program, and is shown how', async () => {
    const partner = await partnerAccount(scene.server)
    const made = await scene.server.make({ name: "O'Hara" })
    const pat = await scene.join('pat@example.com', { account: partner, role: 'owner' })
    const { page, open, leave } = await scene.visit(pat, { locale: 'ru-RU' })
    await open(`/a/${partner}/instances`)
    await button(page, 'Новый инстанс').first().click()
    await page.getByRole('dialog').getByLabel('Имя').fill("It's mine")
    await page.getByText(`"${scene.server.url}/partner/createInstance/$PARTNER_TOKEN"`).waitFor()
    await page.getByText(String.raw`-d '{"name":"It'\''s mine","typeInstance":"whatsapp"}'`).waitFor()
    await looksRight(page, 'partner creates')
    await inDialog(page, 'Закрыть').last().click()
    await page.getByRole('button', { name: "Действия: O'Hara" }).click()
    await page.getByRole('menuitem', { name: 'Удалить' }).click()
    await page.getByText(`-d '{"idInstance":${String(made.idInstance)}}'`).waitFor()
    await leave()
  })

  test('who may only look finds nothing to change and no token', async () => {
    const id = await make('Seen')
    const vic = await scene.join('vic@example.com', { account, role: 'viewer' })
    const { page, open, leave } = await scene.visit(vic)
    await open(`/a/${account}/instances`)
    await page.getByRole('link', { name: 'Seen' }).click()
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    assert.equal(await button(page, 'Delete').count(), 0)
    assert.equal(await page.getByRole('link', { name: 'Access' }).count(), 0)
    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByText('Owners and developers may change them.').waitFor()
    assert.equal(await page.getByLabel(/^Incoming messages/).isDisabled(), true)
    await open(`/a/${account}/instances/${String(id)}/access`)
    await page.getByText('Your role does not allow this.').waitFor()
    await leave()
  })

  test('a phone is linked by the QR that is shown, by a code that is typed into it, and with its passkey', async () => {
    const id = await make('Scanned')
    const { page, open, leave } = await scene.visit(ann)
    await open(`/a/${account}/instances/${String(id)}/overview`)
    const logOut = async (): Promise<void> => {
      await button(page, 'Log out').click()
      await inDialog(page, 'Log out').click()
      await button(page, 'Show the QR code').waitFor()
    }
    await button(page, 'Show the QR code').click()
    const scanning = newPhone()
    await scene.server.simulator('link', { qr: await shownQr(page), phoneNumber: scanning })
    await page.getByText('The phone is linked').waitFor()
    await logOut()
    assert.equal(await devicesOf(scanning), 0)

    const typing = newPhone()
    await page.getByText('By phone number').click()
    await page.getByLabel('Phone number with country code').fill(typing)
    await button(page, 'Get a code').click()
    const code = (await page.locator('output').textContent()) ?? ''
    await looksRight(page, 'code to type')
    await scene.server.simulator('link', { code: code.replace('-', ''), phoneNumber: typing })
    await page.getByText('The phone is linked').waitFor()
    await logOut()

    const careful = newPhone()
    await scene.server.simulator('phones', { phoneNumber: careful, messenger: 'whatsapp', wantsPasskey: true })
    await page.getByLabel('Its number').fill(careful)
    await button(page, 'Link a virtual phone').click()
    await page.getByText('Waiting for the phone to confirm…').waitFor()
    await looksRight(page, 'passkey')
    await button(page, 'Confirm the passkey on it').click()
    await page.getByText('The phone is linked').waitFor()
    await page.getByText(`+${careful}`).first().waitFor()
    await leave()
  })
})
