// Truth: docs/max.md, Linking: what people see in a browser who link an account of MAX: by QR with its password, and, for operators, by a token.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { readQr } from '../../src/simulator/qr-picture.ts'
import { startFakeMax, type FakeMax } from '../fakes/max/server.ts'
import { noBrowser } from '../support/browser.ts'
import { looksRight, startConsoleScene, type ConsoleScene } from '../support/console-scene.ts'
import { partnerAccount } from '../support/operator.ts'

const BY_QR = '79003400001'
const BY_TOKEN = '79003400002'

describe('linking an account of MAX in a browser', { skip: noBrowser }, () => {
  let fake: FakeMax
  let scene: ConsoleScene
  before(async () => {
    fake = await startFakeMax({ settings: { pollingMs: 1_000 } })
    scene = await startConsoleScene({ JADEGATE_MAX: 'live', JADEGATE_MAX_URL: fake.url })
  })
  after(async () => {
    await scene.close()
    await fake.close()
  })

  test('the page: no other way than the QR is offered, and the password is asked for', async () => {
    fake.person(BY_QR).setPassword('sesame')
    const made = await scene.server.make({ name: 'max' }, '/v3')
    const { page, leave } = await scene.visit(null)
    await page.goto(`${scene.server.url}/waInstance${String(made.idInstance)}/${made.apiTokenInstance}`)
    await page.waitForSelector('#picture:not([hidden])')
    assert.equal(await page.isVisible('#swap'), false)
    const picture = (await page.getAttribute('#picture', 'src'))?.split(',')[1] ?? ''
    assert.equal(await fake.scan(BY_QR, readQr(picture) ?? ''), 'password')
    await page.getByLabel('Password of the account').fill('open')
    await page.click('#give')
    await page.getByText('This password is wrong').waitFor()
    await page.getByLabel('Password of the account').fill('sesame')
    await page.click('#give')
    await page.getByText(`+${BY_QR}`).waitFor()
    await leave()
  })

  test('the console: an operator gives a token, after one that MAX does not take', async () => {
    const account = await partnerAccount(scene.server)
    const { idInstance } = await scene.server.make({ name: 'by token' }, '/v3')
    const olga = await scene.join('olga@example.com', 'operator')
    const { page, open, leave } = await scene.visit(olga, { provoked: /400/ })
    await open(`/a/${account}/instances/${String(idInstance)}/overview`)
    await page.getByRole('button', { name: 'Show the QR code' }).waitFor()
    assert.equal(await page.getByText('By phone number').count(), 0)
    await page.getByRole('button', { name: 'Link by the token of a device' }).click()
    await looksRight(page, 'linking by token')
    const field = page.getByRole('textbox', { name: 'Token', exact: true })
    const link = page.getByRole('button', { name: 'Link', exact: true })
    await field.fill('nobody has this one')
    await link.click()
    await page.getByText('MAX does not take this token').waitFor()
    await field.fill(JSON.stringify({ viewerId: 1, token: fake.issueToken(BY_TOKEN) }))
    await link.click()
    await page.getByText(`${BY_TOKEN}@c.us`).waitFor()
    assert.deepEqual(fake.recording.complaints, [])
    await leave()
  })
})
