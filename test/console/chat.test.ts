// Truth: what somebody does with an instance that is linked, in a real browser: reads and answers its chats, looks at what waits and at what was told,
// tries methods and links virtual phones; and what peers of his may write without doing anything to the page.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { noBrowser } from '../support/browser.ts'
import { looksRight, startConsoleScene, type ConsolePerson, type ConsoleScene } from '../support/console-scene.ts'
import { partnerAccount } from '../support/operator.ts'
import { eventually, linked, messagesOn, newPhone, say, stateOf } from '../support/road.ts'
import type { Made } from '../support/server.ts'
import { WebhookReceiver } from '../support/webhook-receiver.ts'

const HOSTILE = '<img src=x onerror=alert(1)>"\'&'
const HOSTILE_FILE = '"><svg onload=alert(2)>.html'
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

describe('an instance at work in the console', { skip: noBrowser }, () => {
  let scene: ConsoleScene
  let account: string
  let ann: ConsolePerson
  let receiver: WebhookReceiver
  before(async () => {
    receiver = await WebhookReceiver.start()
    scene = await startConsoleScene({ JADEGATE_WEBHOOK_RETRY_MS: '200' })
    account = await partnerAccount(scene.server)
    ann = await scene.join('ann@example.com', { account, role: 'developer' })
  })
  after(async () => {
    await scene.close()
    await receiver.close()
  })

  const button = (page: Page | Locator, name: string) => page.getByRole('button', { name, exact: true })
  const of = ({ idInstance }: Made, tab: string): string => `/a/${account}/instances/${String(idInstance)}/${tab}`

  async function says(from: string, to: string, said: object): Promise<string> {
    const answer = await scene.server.simulator('messages', { from, to, ...said })
    assert.equal(answer.status, 200, answer.text)
    return (answer.json as { idMessage: string }).idMessage
  }

  /** Puts a file on the network; gives its hash. */
  async function upload(bytes: Buffer): Promise<unknown> {
    const answer = await scene.server.call('POST', '/simulator/files', new Uint8Array(bytes))
    return answer.json
  }

  /** A page on which nothing that a peer wrote has become anything but text. */
  async function isHarmless(page: Page): Promise<void> {
    const found = await page.evaluate(
      `[...document.querySelectorAll('#root script, #root iframe, img[src="x"], svg[onload], [onerror], a[href^="javascript:" i]')].length`,
    )
    assert.equal(found, 0)
    const loose = await page.evaluate(
      `[...document.querySelectorAll('[role=log] a[target]')].filter(({ href, rel }) => !/^https?:/.test(href) || rel !== 'noopener noreferrer').length`,
    )
    assert.equal(loose, 0, 'links go to the web alone, and tell nothing')
  }

  test('chats are read and answered, live, whatever a peer calls himself and writes', async () => {
    const { made, phone } = await linked(scene.server, { delaySendMessagesMilliseconds: 0 })
    const peer = newPhone()
    await scene.server.simulator('phones', { phoneNumber: peer, name: HOSTILE })
    const first = await says(peer, phone, { text: `${HOSTILE} https://example.com/a?b=1.` })
    await says(peer, phone, { text: 'javascript:alert(3) <script>alert(4)</script>' })
    const { page, open, leave } = await scene.visit(ann)
    page.on('dialog', () => assert.fail('something that a peer wrote has run'))
    await open(of(made, 'chat'))
    const chats = page.getByRole('region', { name: 'Chats' })
    await chats.getByRole('button', { name: HOSTILE }).click()
    const log = page.getByRole('log')
    await log.getByText(HOSTILE, { exact: false }).first().waitFor()
    assert.equal(await log.getByRole('link').getAttribute('href'), 'https://example.com/a?b=1')
    await log.getByText('javascript:alert(3) <script>alert(4)</script>').waitFor()

    const field = page.getByRole('textbox', { name: 'Message' })
    await field.fill('Answered\nin two lines')
    await field.press('Enter')
    await log.getByText('Answered').waitFor()
    await eventually(
      async () => (await messagesOn(scene.server, peer)).some(({ text }) => text === 'Answered\nin two lines'),
      'the answer is on the phone',
    )
    await log.getByTitle('delivered').waitFor()
    await scene.server.simulator('read', { phone: peer, chat: phone })
    await log.getByTitle('read', { exact: true }).waitFor()
    assert.equal(await field.inputValue(), '', 'what was sent is no draft any more')

    const second = await says(peer, phone, { text: 'It came by itself' })
    await log.getByText('It came by itself').waitFor()
    await says(peer, phone, { content: { kind: 'edit', target: second, text: 'It was edited' } })
    await log.getByText('It was edited').waitFor()
    await log.getByText('edited', { exact: true }).waitFor()
    await says(peer, phone, { content: { kind: 'reaction', target: first, emoji: '👍' } })
    await log.getByLabel('Reactions').getByText('👍').waitFor()
    await says(peer, phone, { content: { kind: 'deletion', target: second } })
    await log.getByText('This message was deleted').waitFor()

    await log.locator(`[data-id="${first}"]`).getByRole('button', { name: 'Reply' }).click()
    await field.fill('To the first')
    await button(page, 'Send').click()
    await log.getByText('To the first').waitFor()
    await eventually(
      async () => JSON.stringify((await messagesOn(scene.server, peer)).at(-1)).includes(first),
      'the phone sees what was quoted',
    )
    await button(page, 'Mark as read').click()
    await page.getByText('Marked as read').waitFor()
    await isHarmless(page)
    await looksRight(page, 'chat')
    await leave()
  })

  test('every kind of content is shown, files can be seen and saved, and a file is sent with its caption', async () => {
    const { made, phone } = await linked(scene.server, { delaySendMessagesMilliseconds: 0 })
    const peer = newPhone()
    const file = await upload(PIXEL)
    const image = { kind: 'file', type: 'image', file, name: 'a.png', mimeType: 'image/png', caption: HOSTILE }
    await says(peer, phone, { content: image })
    await says(peer, phone, {
      content: { kind: 'file', type: 'document', file, name: HOSTILE_FILE, mimeType: 'text/html' },
    })
    await says(peer, phone, { content: { kind: 'file', type: 'document', file: null, name: 'lost.pdf' } })
    await says(peer, phone, { content: { kind: 'location', latitude: 55.75, longitude: 37.61, name: HOSTILE } })
    await says(peer, phone, { content: { kind: 'contacts', contacts: [{ displayName: HOSTILE, phone: newPhone() }] } })
    const poll = await says(peer, phone, {
      content: { kind: 'poll', question: 'Lunch?', options: ['Soup', HOSTILE], multipleAnswers: false },
    })
    await says(peer, phone, { content: { kind: 'vote', poll, choices: ['Soup'] } })
    await says(peer, phone, { content: { kind: 'unreadable' } })
    const { page, open, leave } = await scene.visit(ann)
    page.on('dialog', () => assert.fail('something that a peer wrote has run'))
    await open(of(made, `chat?chat=${peer}@c.us`))
    const log = page.getByRole('log')
    await log.getByRole('button', { name: 'Enlarge: a.png' }).click()
    const large = page.getByRole('dialog').getByRole('img', { name: 'a.png' })
    await large.waitFor()
    const width = 'document.querySelector("[role=dialog] img").naturalWidth'
    await eventually(async () => (await page.evaluate(width)) === 1, 'the picture is loaded')
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
    const saved = page.waitForEvent('download')
    await log.getByRole('link', { name: `Save: ${HOSTILE_FILE}` }).click()
    assert.match((await saved).suggestedFilename(), /\.html$/, 'it is saved, never opened')
    await log.getByText('The file is not here').waitFor()
    await log.getByRole('link', { name: 'On the map: 55.75000, 37.61000' }).waitFor()
    await log.getByText('Lunch?').waitFor()
    assert.equal(await log.getByRole('listitem').filter({ hasText: /^Soup/ }).innerText(), 'Soup\n1')
    await log.getByText('This message could not be decrypted').waitFor()

    await page.locator('input[type=file]').setInputFiles({ name: 'ours <b>.png', mimeType: 'image/png', buffer: PIXEL })
    await page.getByText('ours <b>.png · 70 byte').waitFor()
    await page.getByRole('textbox', { name: 'Caption' }).fill('From the page')
    await button(page, 'Send').click()
    await log.getByText('From the page').waitFor()
    await eventually(
      async () => JSON.stringify((await messagesOn(scene.server, peer)).at(-1)).includes('From the page'),
      'the file is on the phone',
    )
    await isHarmless(page)
    await looksRight(page, 'contents')
    await leave()
  })

  test('a large file shows how far it is, can be stopped on its way, and arrives at the next try', async () => {
    const { made } = await linked(scene.server, { delaySendMessagesMilliseconds: 0 })
    const peer = newPhone()
    const { page, open, leave } = await scene.visit(ann)
    await open(of(made, `chat?chat=${peer}@c.us`))
    const line = await page.context().newCDPSession(page)
    const upTo = (uploadThroughput: number): Promise<unknown> =>
      line.send('Network.emulateNetworkConditions', {
        ...{ offline: false, latency: 0, downloadThroughput: -1, uploadThroughput },
      })
    await line.send('Network.enable')
    await upTo(300_000)
    const file = { name: 'long.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(3_000_000, 7) }
    await page.locator('input[type=file]').setInputFiles(file)
    await button(page, 'Send').click()
    const bar = page.getByRole('progressbar', { name: 'The file is being sent' })
    await eventually(async () => {
      const percent = Number(await bar.getAttribute('aria-valuenow'))
      return percent > 0 && percent < 100
    }, 'it tells how far it is')
    await looksRight(page, 'file on its way')
    await button(page, 'Stop sending this file').click()
    await bar.waitFor({ state: 'detached' })
    assert.equal(await page.getByRole('alert').count(), 0, 'nothing went wrong')
    assert.deepEqual(await messagesOn(scene.server, peer), [])
    await upTo(-1)
    await button(page, 'Send').click()
    await page.getByRole('log').getByText('long.bin').waitFor()
    await eventually(async () => (await messagesOn(scene.server, peer)).length === 1, 'it is on the phone, once')
    await leave()
  })

  test('what was typed stays with its chat, and a number begins a new one', async () => {
    const { made, phone } = await linked(scene.server, { delaySendMessagesMilliseconds: 0 })
    const [one, other, fresh] = [newPhone(), newPhone(), newPhone()]
    for (const peer of [one, other]) await say(scene.server, peer, phone, `I am ${peer}`)
    const { page, open, leave } = await scene.visit(ann, { locale: 'ru-RU', theme: 'dark', isPhone: true })
    await open(of(made, 'chat'))
    const chats = page.getByRole('region', { name: 'Чаты' })
    const field = page.getByRole('textbox', { name: 'Сообщение' })
    await chats.getByText(`I am ${one}`).click()
    await field.fill('недописано')
    await button(page, 'Назад к чатам').click()
    await chats.getByText(`I am ${other}`).click()
    assert.equal(await field.inputValue(), '')
    await page.goBack()
    await page.goBack()
    assert.equal(await field.inputValue(), 'недописано')
    await button(page, 'Назад к чатам').click()
    await chats.getByRole('searchbox').fill(`+${fresh}`)
    await button(chats, `Написать +${fresh}`).click()
    await page.getByText('В этом чате ещё ничего не написано.').waitFor()
    await field.fill('Здравствуйте')
    await button(page, 'Отправить').click()
    await eventually(
      async () => (await messagesOn(scene.server, fresh)).some(({ text }) => text === 'Здравствуйте'),
      'it is on the new phone',
    )
    await leave()
  })

  test('queues are seen and cleared', async () => {
    const made = await scene.server.make({ name: 'waits', stateWebhook: 'yes', incomingWebhook: 'yes' })
    for (const message of ['one', HOSTILE])
      await scene.server.on(made, 'POST', 'sendMessage', { chatId: '79001234567@c.us', message })
    const { page, open, leave } = await scene.visit(ann)
    await open(of(made, 'queues'))
    await page.getByRole('cell', { name: 'one', exact: true }).waitFor()
    await page.getByRole('cell', { name: HOSTILE }).waitFor()
    await looksRight(page, 'queues')
    await button(page, 'Clear: Messages to send').click()
    await button(page.getByRole('dialog'), 'Clear').click()
    await page.getByText('No message waits').waitFor()
    await ann.api.good('POST', `/accounts/${account}/instances/${String(made.idInstance)}/notifications/test`)
    const card = page.getByRole('region', { name: 'Notifications to deliver' })
    await card.getByText('1', { exact: true }).waitFor()
    await button(page, 'Clear: Notifications to deliver').click()
    await button(page.getByRole('dialog'), 'Clear').click()
    await card.getByText('0', { exact: true }).waitFor()
    await leave()
  })

  test('notifications that wait, each try to deliver them, and one that is told again', async () => {
    const made = await scene.server.make({ name: 'tells', webhookUrl: receiver.url('/told') })
    const { page, open, leave } = await scene.visit(ann)
    receiver.answer = ({ response }) => {
      response.statusCode = receiver.hits.length < 3 ? 503 : 200
      response.end()
    }
    await open(of(made, 'notifications'))
    await page.getByText('No notification waits').waitFor()
    await button(page, 'Send a test').click()
    await page.getByText(/^Sent: a notification with the state of this instance/).waitFor()
    await eventually(() => receiver.bodies('/told').length === 3, 'it is taken at the third try')
    await page.getByRole('tab', { name: 'Delivered by webhook' }).click()
    await page.getByRole('cell', { name: 'Delivered' }).waitFor()
    await page.getByRole('cell', { name: /^answered 200/ }).waitFor()
    await looksRight(page, 'deliveries')
    await page.getByRole('button', { name: /^Open notification/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText(/answered 200/).waitFor()
    assert.equal(await dialog.getByText(/answered 503/).count(), 2)
    await dialog.getByText('"stateInstance": "notAuthorized"').waitFor()
    await looksRight(page, 'delivery')
    await button(dialog, 'Deliver again').click()
    await dialog.getByText(/^It waits for delivery again/).waitFor()
    await eventually(() => receiver.bodies('/told').length === 4, 'it is told again')
    const [first, , , again] = receiver.bodies('/told')
    assert.equal(again, first)
    await button(dialog, 'Close').click()
    await page.getByLabel('Outcome').selectOption('Never taken')
    await page.getByText('None of these fits').waitFor()
    await leave()
  })

  test('a method is filled in, copied as code without its token, and run', async () => {
    const { made } = await linked(scene.server, { delaySendMessagesMilliseconds: 0 })
    const peer = newPhone()
    const { page, open, leave } = await scene.visit(ann, { provoked: /status of 400/ })
    await open(of(made, 'try'))
    await page.getByLabel(/^chatId/).fill(`${peer}@c.us`)
    await page.getByLabel(/^message/).fill("It's me")
    const line = page.getByRole('region', { name: 'The call in curl' })
    const curl = await line.innerText()
    assert.ok(curl.includes(`/waInstance${String(made.idInstance)}/sendMessage/{apiTokenInstance}`), curl)
    assert.ok(curl.includes(String.raw`"message":"It'\''s me"`), curl)
    await page.getByText('Python', { exact: true }).click()
    assert.match(await page.getByRole('region', { name: 'The call in Python' }).innerText(), /requests\.post\(/)
    await button(page, 'Run').click()
    const answer = page.getByRole('region', { name: 'Answer' })
    await answer.getByText('200 OK').waitFor()
    await answer.getByText(/"idMessage": "\w+"/).waitFor()
    await eventually(
      async () => (await messagesOn(scene.server, peer)).some(({ text }) => text === "It's me"),
      'it was sent for real',
    )
    await looksRight(page, 'try')
    assert.equal((await page.content()).includes(made.apiTokenInstance), false, 'the token is not in the page')
    await button(page, 'Put the token in').click()
    await page.getByText(made.apiTokenInstance).waitFor()
    await button(page, 'Hide the token').click()
    await page.getByLabel(/^message/).fill('')
    await button(page, 'Run').click()
    await page.getByText('This is needed.').waitFor()
    await page.getByLabel(/^message/).fill('x')
    await page.getByLabel(/^chatId/).fill('nobody')
    await button(page, 'Run').click()
    await answer.getByText(/^400/).waitFor()

    await page.getByRole('combobox', { name: 'Method' }).fill('getSett')
    await page.getByRole('option', { name: 'getSettings' }).click()
    await button(page, 'Run').click()
    await answer.getByText('"delaySendMessagesMilliseconds": 0').waitFor()
    await open(of(made, 'try?method=logout'))
    await button(page, 'Run').click()
    await button(page.getByRole('dialog'), 'Cancel').click()
    assert.equal(await stateOf(scene.server, made), 'authorized', 'nothing grave happens by one click')
    await leave()

    const inRussian = await scene.visit(ann, { locale: 'ru-RU', isPhone: true })
    await inRussian.open(of(made, 'try'))
    await inRussian.page.getByText('Отправляет текст, при желании с превью ссылки').waitFor()
    await inRussian.page.getByText('Не меньше 16 знаков.').waitFor()
    assert.equal(await inRussian.page.locator('[lang=en]').count(), 0, 'nothing of it is English')
    await looksRight(inRussian.page, 'try in Russian')
    await inRussian.leave()
  })

  test('a virtual phone scans the QR of an instance without a camera, and is used in its frame', async () => {
    const made = await scene.server.make({ name: HOSTILE })
    const phone = newPhone()
    const { page, open, leave } = await scene.visit(ann)
    await open('/phones')
    const choice = page.getByLabel('Instance that waits for a phone')
    await choice.selectOption(String(made.idInstance))
    await page.getByLabel('Number of the phone').fill(`+${phone}`)
    await button(page, 'Scan the QR with this phone').click()
    await page.getByText(`+${phone} is linked, and is open`).waitFor()
    await eventually(async () => (await stateOf(scene.server, made)) === 'authorized', 'the instance is linked')
    const frame = page.frameLocator('iframe[title="Virtual phone"]')
    await frame.locator('#own-number').getByText(`+${phone}`).waitFor()
    const peer = newPhone()
    await frame.getByRole('textbox', { name: 'Number to write to' }).fill(peer)
    await frame.getByRole('button', { name: 'Open chat' }).click()
    await frame.getByRole('textbox', { name: 'Message' }).fill('From the frame')
    await frame.getByRole('button', { name: 'Send', exact: true }).click()
    await eventually(
      async () => (await messagesOn(scene.server, peer)).some(({ text }) => text === 'From the frame'),
      'what was written in the frame has gone',
    )
    await page.getByRole('button', { name: 'The same event twice' }).click()
    await page.getByText('Networks repeat themselves.').waitFor()
    await looksRight(page, 'phones')
    await leave()
  })
})
