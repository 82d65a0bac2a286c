// Truth: docs/console.md and the tables of rights: what people see and do of the business of an account, and those who run the server of all.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import { noBrowser } from '../support/browser.ts'
import { looksRight, startConsoleScene, type ConsolePerson, type ConsoleScene } from '../support/console-scene.ts'
import { partnerAccount } from '../support/operator.ts'
import { eventually, objectIn } from '../support/road.ts'

const DAY_MS = 86_400_000
const BILLING_OFFSET_MS = 3 * 3_600_000

describe('the business in the console', { skip: noBrowser }, () => {
  const clock = new SkippingClock()
  let scene: ConsoleScene
  let account: string
  let owner: ConsolePerson
  let operator: ConsolePerson

  before(async () => {
    scene = await startConsoleScene({}, { clock })
    const { server } = scene
    account = await partnerAccount(server)
    const from = new Date(clock.now() + BILLING_OFFSET_MS + DAY_MS).toISOString().slice(0, 10)
    await good('PUT', '/prices', { tariff: 'PARTNER', currency: 'USD', from, amount: 35 })
    await server.make({ name: 'Flower shop' })
    await good('POST', `/accounts/${account}/ledger`, { kind: 'topUp', amount: 1_234_550, reason: 'Transfer 17' }, 201)
    clock.skip(DAY_MS)
    await good('POST', '/billing/run')
    owner = await scene.join('ann@example.com', { account, role: 'owner' }, 'Ann')
    operator = await scene.join('olga@example.com', 'operator', 'Olga')
  })

  after(() => scene.close())

  async function good(verb: string, path: string, body?: object, status = 200): Promise<void> {
    const answer = await scene.server.operator(verb, path, body)
    assert.equal(answer.status, status, `${verb} ${path}: ${answer.text}`)
  }

  test('a token that is issued here opens the partner API, until it is revoked', async () => {
    const { page, open, leave } = await scene.visit(owner)
    await open(`/a/${account}/tokens`)
    await page.getByRole('button', { name: 'Issue a token' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Shop')
    await dialog.getByRole('button', { name: 'Issue a token' }).click()
    const token = (await dialog.getByRole('group', { name: 'Token' }).innerText()).trim()
    assert.equal(await statusWith(token), 200)
    await dialog.getByRole('button', { name: 'Close' }).last().click()

    await page.getByRole('button', { name: 'Actions: Shop' }).click()
    await page.getByRole('menuitem', { name: 'Revoke' }).click()
    await dialog.getByRole('button', { name: 'Revoke' }).click()
    await dialog.waitFor({ state: 'detached' })
    assert.equal(await statusWith(token), 401)
    await leave()
  })

  async function statusWith(token: string): Promise<number> {
    const headers = { authorization: `Bearer ${token}` }
    return (await scene.server.call('GET', '/api/partner/v1/account', undefined, headers)).status
  }

  test('billing shows the balance, a charge and a top-up to the last minor unit, and the statement', async () => {
    const bookkeeper = await scene.join('bill@example.com', { account, role: 'billing' }, 'Bill')
    const { page, open, leave } = await scene.visit(bookkeeper)
    await open(`/a/${account}/billing`)
    await page.getByText('US$12,345.15').first().waitFor()
    const ledger = page.getByRole('table', { name: 'Ledger' })
    const charge = ledger.getByRole('row', { name: /Day of an instance/ })
    assert.match(await charge.innerText(), /−US\$0\.35/)
    assert.match(await ledger.getByRole('row', { name: /Top-up/ }).innerText(), /Transfer 17[^]*\+US\$12,345\.50/)
    const csv = page.getByRole('link', { name: /^CSV: / }).first()
    const statement = await page.request.get(`${scene.server.url}${(await csv.getAttribute('href')) ?? ''}`)
    assert.equal(statement.status(), 200)
    assert.match(await statement.text(), /topUp/)
    await looksRight(page, 'billing')
    assert.deepEqual(await sectionsOf(page), ['Instances', 'Profile', 'Billing'])
    await leave()
  })

  test('a developer issues tokens without money alone, and of others does nothing but revoke them', async () => {
    await good('POST', `/accounts/${account}/tokens`, { name: 'Books' }, 201)
    const dan = await scene.join('dan@example.com', { account, role: 'developer' }, 'Dan')
    const { page, open, leave } = await scene.visit(dan, { locale: 'ru-RU', isPhone: true })
    await open(`/a/${account}/tokens`)
    await page.getByRole('button', { name: 'Действия: Books' }).click()
    assert.deepEqual(await page.getByRole('menuitem').allInnerTexts(), ['Отозвать'])
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Выпустить токен' }).click()
    const dialog = page.getByRole('dialog')
    assert.deepEqual(await dialog.getByRole('radio').count(), 1)
    await dialog.getByRole('radio', { name: 'Без денег', checked: true }).waitFor()
    await looksRight(page, 'new token of a developer')
    await dialog.getByRole('button', { name: 'Выпустить токен' }).click()
    const token = (await dialog.getByRole('group', { name: 'Токен' }).innerText()).trim()
    assert.equal(await statusWith(token), 200)
    await dialog.getByRole('button', { name: 'Закрыть' }).last().click()
    await leave()
  })

  test('whoever only looks is led to no money and no keys, and refused where he goes there by himself', async () => {
    const viewer = await scene.join('vic@example.com', { account, role: 'viewer' }, 'Vic')
    const { page, open, leave } = await scene.visit(viewer, { provoked: /403/ })
    await open(`/a/${account}/profile`)
    assert.deepEqual(await sectionsOf(page), ['Instances', 'Profile'])
    for (const path of ['billing', 'tokens']) {
      await open(`/a/${account}/${path}`)
      await page.getByText('Your role does not allow this.').first().waitFor()
    }
    await open('/operator/accounts')
    await page.getByText('Your role does not allow this.').first().waitFor()
    await leave()
  })

  test('the operator creates an account, tops it up and suspends it, and reads in words that he did', async () => {
    const { page, open, leave } = await scene.visit(operator)
    await open('/operator/accounts')
    await page.getByRole('button', { name: 'Create an account' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Rose & Sons')
    await dialog.getByLabel('Personal').check()
    await dialog.getByLabel('Currency (ISO 4217)').fill('JPY')
    await dialog.getByRole('button', { name: 'Create' }).click()
    await page.getByRole('heading', { level: 1, name: 'Rose & Sons' }).waitFor()

    await page.getByLabel('Amount, JPY').fill('1200.5')
    await page.getByLabel('Reason').fill('Cash')
    await page.getByRole('button', { name: 'Add the line' }).click()
    await page.getByText('Enter an amount in JPY, like 1234.50').waitFor()
    await page.getByLabel('Amount, JPY').fill('1200')
    await page.getByRole('button', { name: 'Add the line' }).click()
    await page.getByText(/The balance is JP¥1,200\./).waitFor()

    await page.getByRole('button', { name: 'Suspend' }).click()
    await dialog.getByLabel('Reason').fill('Does not answer')
    await dialog.getByRole('button', { name: 'Suspend' }).click()
    await page.getByRole('button', { name: 'Resume' }).waitFor()

    await open('/operator/audit')
    const line = page.getByRole('row', { name: /Suspended the account/ })
    assert.match(await line.innerText(), /reason: Does not answer[^]*Olga[^]*Rose & Sons/)
    await leave()
  })

  test('what a person types is what the linking page shows as the brand', async () => {
    const made = await scene.server.make({ name: 'Branded' })
    const { page, open, leave } = await scene.visit(owner)
    await open(`/a/${account}/brand`)
    await page.getByLabel('Name').fill('<i>Roses</i>')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved').waitFor()
    const shown = await scene.server.call('GET', `/waInstance${String(made.idInstance)}/${made.apiTokenInstance}`)
    assert.match(shown.text, /&lt;i&gt;Roses&lt;\/i&gt;/)
    const brand = {
      name: 'Roses & Sons',
      color: '#d6336c',
      logo: null,
      supportText: 'Ask Ann',
      supportUrl: 'tel:+7900',
    }
    await owner.api.good('PUT', `/accounts/${account}/brand`, brand)
    await page.goto(`${scene.server.url}/waInstance${String(made.idInstance)}/${made.apiTokenInstance}`)
    await page.getByRole('img', { name: 'QR code to scan with the phone' }).waitFor()
    await page.getByRole('link', { name: 'Ask Ann' }).waitFor()
    await looksRight(page, 'branded linking page')
    await leave()
  })

  test('every page looks right', async () => {
    const { page, open, leave } = await scene.visit(operator, { provoked: /404/ })
    for (const path of ['profile', 'tokens', 'hook', 'brand']) {
      await open(`/a/${account}/${path}`)
      await settled(page)
      await looksRight(page, path)
    }
    for (const path of [`accounts/${account}`, 'accounts', 'tariffs', 'audit', 'health']) {
      await open(`/operator/${path}`)
      await settled(page)
      await looksRight(page, `operator ${path.replace(`accounts/${account}`, 'account')}`)
    }
    await leave()
  })

  test('in Russian too', async () => {
    const { page, open, leave } = await scene.visit(operator, { locale: 'ru-RU' })
    for (const path of [`/a/${account}/billing`, `/operator/accounts/${account}`, '/operator/tariffs']) {
      await open(path)
      await settled(page)
      await looksRight(page, `ru ${path.replaceAll(account, 'account').replaceAll('/', ' ').trim()}`)
    }
    await good('POST', '/accounts', { kind: 'personal', name: 'developer' }, 201)
    await good('POST', `/accounts/${account}/tokens`, { name: 'full', scope: 'developer' }, 201)
    await open('/operator/audit')
    await page.getByText('тип: личный · название: developer').waitFor()
    await page.getByText('название: full · права: без денег').waitFor()
    await leave()
  })

  test('a partner account that is made has its token shown', async () => {
    const { page, open, leave } = await scene.visit(operator)
    await open('/operator/accounts')
    await page.getByRole('button', { name: 'Create an account' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Agency')
    await dialog.getByRole('button', { name: 'Create' }).click()
    const token = (await dialog.getByRole('group', { name: 'Token' }).innerText()).trim()
    const headers = { authorization: `Bearer ${token}` }
    const own = objectIn(await scene.server.call('GET', '/api/partner/v1/account', undefined, headers))
    assert.equal(own['name'], 'Agency')
    await leave()
  })
})

/** The account's pages that the navigation leads to. */
async function sectionsOf(page: Page): Promise<readonly string[]> {
  return page.getByRole('navigation', { name: 'Sections' }).last().getByRole('link').allInnerTexts()
}

/** Nothing is on its way any more. */
async function settled(page: Page): Promise<void> {
  await eventually(async () => (await page.locator('[aria-busy="true"]').count()) === 0, 'the page is loaded')
}
