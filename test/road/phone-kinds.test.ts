// Truth: issue 3: each kind that is brought about on the virtual phone reaches the instance as its notification, and what it sends is shown.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { noBrowser } from '../support/browser.ts'
import { startPageWalk, type PageWalk } from '../support/page-walk.ts'
import {
  at,
  eventually,
  linked,
  listIn,
  objectIn,
  newPhone,
  take,
  takeAll,
  takeUntil,
  type Json,
} from '../support/road.ts'
import type { Made, TestServer } from '../support/server.ts'

const EVERYTHING = {
  ...{
    incomingWebhook: 'yes',
    outgoingWebhook: 'yes',
    outgoingMessageWebhook: 'yes',
    outgoingAPIMessageWebhook: 'yes',
  },
  ...{ stateWebhook: 'yes', pollMessageWebhook: 'yes', incomingCallWebhook: 'yes', outgoingCallWebhook: 'yes' },
  ...{ editedMessageWebhook: 'yes', deletedMessageWebhook: 'yes', catalogWebhook: 'yes' },
}

/** A picture of one red dot. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
)
/** A silent RIFF sound of no length. */
const SOUND = Buffer.from(
  '52494646240000005741564566 6d7420100000000100010044ac000088580100020010006461746100000000'.replace(' ', ''),
  'hex',
)

describe('every kind on the virtual phone', { skip: noBrowser }, () => {
  let walk: PageWalk
  let server: TestServer
  let made: Made
  let shop: string
  let context: BrowserContext
  let page: Page
  let leave: () => Promise<void>
  const customer = newPhone()

  before(async () => {
    walk = await startPageWalk(1000)
    server = walk.server
    ;({ made, phone: shop } = await linked(server, EVERYTHING))
    ;({ context, leave } = await walk.arrive({ provoked: /blob:|status of 400/ }))
    page = await walk.takePhone(context, customer)
    await openShop()
    await takeAll(server, made)
  })
  after(async () => {
    await leave()
    await walk.close()
  })

  const log = () => page.getByRole('log', { name: 'Messages' })
  const dialog = (name: string) => page.getByRole('dialog', { name })
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  const item = (name: string) => page.getByRole('menuitem', { name, exact: true })
  const bubble = (text: string) => log().getByRole('listitem').filter({ hasText: text }).last()

  async function openShop(): Promise<void> {
    await page.getByLabel('Number to write to').fill(shop)
    await button('Open chat').click()
  }

  async function attach(kind: string): Promise<void> {
    await button('Attach').click()
    await item(kind).click()
  }

  async function fill(fields: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, value] of Object.entries(fields))
      await page.getByRole('dialog').getByLabel(name, { exact: true }).fill(value)
  }

  async function submit(name = 'Send'): Promise<void> {
    await page.getByRole('dialog').getByRole('button', { name, exact: true }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  }

  async function write(text: string): Promise<void> {
    await page.getByRole('textbox', { name: 'Message' }).fill(text)
    await button('Send').click()
    await log().getByText(text, { exact: true }).last().waitFor()
  }

  async function menuOf(text: string): Promise<void> {
    await bubble(text).hover()
    await bubble(text).getByRole('button', { name: 'More' }).click()
  }

  /** The next message that the instance is told of, which is of this type. */
  async function incoming(type: string): Promise<Json> {
    const bodies = await takeUntil(server, made, (body) => body['typeWebhook'] === 'incomingMessageReceived')
    const body = bodies.at(-1) ?? {}
    assert.equal(at(body, 'messageData.typeMessage'), type, JSON.stringify(body))
    return body
  }

  async function byApi(method: string, body: object): Promise<unknown> {
    const answer = await server.on(made, 'POST', method, { chatId: `${customer}@c.us`, ...body })
    assert.equal(answer.status, 200, answer.text)
    return at(answer.json, 'idMessage')
  }

  describe('brought about by a person', () => {
    test('a picture, a voice message, a document and a sticker', async () => {
      const files = [
        [{ name: 'dot.png', mimeType: 'image/png', buffer: PICTURE }, 'Photo', 'imageMessage', 'A red dot'],
        [{ name: 'hum.wav', mimeType: 'audio/wav', buffer: SOUND }, 'Voice message', 'audioMessage', ''],
        [{ name: 'bill.txt', mimeType: 'text/plain', buffer: Buffer.from('1990') }, 'Document', 'documentMessage', ''],
      ] as const
      for (const [file, way, type, caption] of files) {
        const chooser = page.waitForEvent('filechooser')
        await attach('File')
        await (await chooser).setFiles(file)
        await page.getByLabel('Send as').selectOption(way)
        await fill({ Caption: caption })
        await submit()
        const body = await incoming(type)
        const path = at(body, 'messageData.fileMessageData.downloadUrl')
        assert.deepEqual(Buffer.from(await (await fetch(String(path))).arrayBuffer()), file.buffer)
      }
      await log().getByRole('img', { name: 'A red dot' }).waitFor()
      await log().getByText('bill.txt').waitFor()
      const chooser = page.waitForEvent('filechooser')
      await attach('Sticker')
      await (await chooser).setFiles({ name: 'dot.png', mimeType: 'image/png', buffer: PICTURE })
      await submit()
      const sticker = await incoming('stickerMessage')
      assert.equal(at(sticker, 'messageData.fileMessageData.mimeType'), 'image/webp')
    })

    test('a place, one contact and several', async () => {
      await attach('Location')
      await fill({ Latitude: '59,93', Longitude: '30.31', 'Name of the place': 'Palace Square' })
      await submit()
      const place = await incoming('locationMessage')
      assert.equal(at(place, 'messageData.locationMessageData.latitude'), 59.93)
      await log().getByText('Palace Square').waitFor()
      await attach('Contact')
      await fill({ Name: 'Clara', 'Phone number': '+7 900 111-22-33' })
      await submit()
      await incoming('contactMessage')
      await attach('Contact')
      await button('One more').click()
      for (const [index, name] of ['Ada', 'Bea'].entries())
        await page.getByRole('dialog').getByLabel('Name').nth(index).fill(name)
      await submit()
      await incoming('contactsArrayMessage')
      await log().getByText('Bea', { exact: true }).waitFor()
    })

    test('a poll; the votes of both sides show as they come', async () => {
      await attach('Poll')
      await fill({ Question: 'Tea or coffee?', 'Option 1': 'Tea', 'Option 2': 'Coffee' })
      await submit()
      await incoming('pollMessage')
      await bubble('Tea or coffee?').getByRole('button', { name: 'Coffee 0' }).click()
      const vote = await incoming('pollUpdateMessage')
      assert.deepEqual(at(vote, 'messageData.pollMessageData.votes'), [
        { optionName: 'Tea', optionVoters: [] },
        { optionName: 'Coffee', optionVoters: [`${customer}@c.us`] },
      ])
      await bubble('Tea or coffee?').getByRole('button', { name: 'Coffee 1', pressed: true }).waitFor()
    })

    test('a text, its answer, a reaction, an edit and a deletion', async () => {
      await write('first words')
      await incoming('textMessage')
      await menuOf('first words')
      await item('Reply').click()
      await write('an answer to it')
      await incoming('quotedMessage')
      await bubble('an answer to it').getByText('first words').waitFor()
      await menuOf('first words')
      await button('React 👍').click()
      assert.equal(at(await incoming('reactionMessage'), 'messageData.extendedTextMessageData.text'), '👍')
      await menuOf('an answer to it')
      await item('Edit').click()
      await write('better words')
      await incoming('editedMessage')
      await bubble('better words').getByText('edited').waitFor()
      await menuOf('better words')
      await item('Delete for everyone').click()
      await incoming('deletedMessage')
      await log().getByText('This message was deleted').waitFor()
    })

    test('a message that is forwarded', async () => {
      await menuOf('Palace Square')
      await item('Forward').click()
      await dialog('Forward to').getByRole('button').nth(1).click()
      const body = await incoming('locationMessage')
      assert.equal(at(body, 'messageData.locationMessageData.isForwarded'), true)
      await log().getByText('↪ Forwarded').waitFor()
    })

    test('what shops and servers send: buttons, a list, an order, a product, what can’t be read', async () => {
      for (const [kind, type] of [
        ['Product', 'productMessage'],
        ['Order', 'orderMessage'],
        ['List', 'listMessage'],
        ['Buttons', 'interactiveButtons'],
      ] as const) {
        await attach('Another kind…')
        await page.getByRole('dialog').getByLabel('Kind').selectOption(kind)
        await submit()
        await incoming(type)
      }
      await log().getByText('Deliver it today?').waitFor()
    })

    test('calls: answered, declined by the caller’s wish, and as it goes on', async () => {
      await page.locator('#call-audio').click()
      await eventually(async () => at(await take(server, made), 'status') === 'offer', 'the call rings')
      await button('They answer').click()
      await button('Hang up').click()
      await takeUntil(server, made, (body) => body['typeWebhook'] === 'incomingCall' && body['status'] === 'pickUp')
      await log()
        .getByText(/^Call: answered/)
        .waitFor()
      // The other way: the shop's phone calls this one, and the instance hears of it when it is over.
      objectIn(await server.simulator('calls', { from: shop, to: customer, isVideo: true }))
      await button('Decline').click()
      await takeUntil(server, made, (body) => body['typeWebhook'] === 'outgoingCall')
      await log()
        .getByText(/^Video call: declined/)
        .waitFor()
    })

    test('a group: made, written in, renamed, left; an invitation to one', async () => {
      await button('Groups').click()
      await item('New group').click()
      await fill({ 'Name of the group': 'Tea friends', Members: shop })
      await submit('Create')
      await write('hello group')
      const body = await incoming('textMessage')
      assert.equal(at(body, 'senderData.chatName'), 'Tea friends')
      await page.locator('#peer').click()
      await page.getByRole('dialog').getByLabel('Name of the group').fill('Coffee friends')
      await button('Save').click()
      await page.locator('#peer-name').getByText('Coffee friends').waitFor()
      await button('Invite').click()
      await dialog('Invite').getByLabel('Phone number').fill(shop)
      await dialog('Invite').getByRole('button', { name: 'Send' }).click()
      await incoming('groupInviteMessage')
      await dialog('Invite').waitFor({ state: 'detached' })
      await button('Leave the group').click()
      await page.getByText('This phone is not in the group.').first().waitFor()
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
      await openShop()
    })

    test('a contact, and a person who is blocked is not heard', async () => {
      await page.locator('#peer').click()
      await item('Add a contact').click()
      await fill({ 'First name': 'Jade', 'Last name': 'Shop' })
      await submit('Save')
      await page.locator('#peer-name').getByText('Jade Shop').waitFor()
      await page.locator('#peer').click()
      await item('Block').click()
      await page.locator('#peer-note').getByText('blocked').waitFor()
      await byApi('sendMessage', { message: 'into the void' })
      await takeUntil(server, made, (body) => body['status'] === 'sent')
      assert.equal(await log().getByText('into the void').count(), 0)
      await page.locator('#peer').click()
      await item('Unblock').click()
      await page.locator('#peer-note').getByText('blocked').waitFor({ state: 'detached' })
    })
  })

  describe('sent by the instance', () => {
    test('a poll takes a vote, buttons and lists are tapped', async () => {
      await byApi('sendPoll', { message: 'Red or green?', options: [{ optionName: 'Red' }, { optionName: 'Green' }] })
      await bubble('Red or green?').getByRole('button', { name: 'Green 0' }).click()
      await incoming('pollUpdateMessage')
      await byApi('sendInteractiveButtonsReply', {
        body: 'Shall we go?',
        buttons: [{ buttonId: 'yes', buttonText: 'Yes, go' }],
      })
      await bubble('Shall we go?').getByRole('button', { name: 'Yes, go' }).click()
      assert.ok(JSON.stringify(await incoming('templateButtonsReplyMessage')).includes('"yes"'))
      const sections = [{ title: 'Tea', rows: [{ title: 'Green leaf' }, { title: 'Black leaf' }] }]
      const list = { kind: 'list', body: 'Which one?', buttonText: 'Look', sections }
      objectIn(await server.simulator('messages', { from: shop, to: customer, content: list }))
      await bubble('Which one?').getByText('Look').click()
      await bubble('Which one?').getByRole('button', { name: 'Black leaf' }).click()
      await incoming('listResponseMessage')
      await log().getByText('Chose: Black leaf').waitFor()
    })

    test('a file, a place, a status, its edit and deletion; typing shows as what it is', async () => {
      const form = new FormData()
      form.set('chatId', `${customer}@c.us`)
      form.set('caption', 'By the server')
      form.set('file', new Blob([PICTURE], { type: 'image/png' }), 'dot.png')
      const path = `/waInstance${String(made.idInstance)}/sendFileByUpload/${made.apiTokenInstance}`
      const sent = await fetch(server.url + path, { method: 'POST', body: form })
      assert.equal(sent.status, 200, await sent.text())
      await log().getByRole('img', { name: 'By the server' }).waitFor()
      await byApi('sendLocation', { nameLocation: 'The depot', latitude: 1, longitude: 2 })
      await log().getByText('The depot').waitFor()
      const idMessage = await byApi('sendMessage', { message: 'to be changed' })
      await log().getByText('to be changed').waitFor()
      await byApi('editMessage', { idMessage, message: 'has been changed' })
      await bubble('has been changed').getByText('edited').waitFor()
      await byApi('deleteMessage', { idMessage })
      await log().getByText('has been changed').waitFor({ state: 'detached' })
      await byApi('sendTyping', { typingTime: 5000, typingType: 'recording' })
      await page.locator('#peer-note').getByText('recording a voice message…').waitFor()
    })

    test('a status is shown, and who has viewed it', async () => {
      objectIn(
        await server.on(made, 'POST', 'sendTextStatus', {
          message: 'Fresh tea',
          backgroundColor: '#228B22',
          font: 'SERIF',
        }),
      )
      await page.getByRole('tab', { name: 'Statuses' }).click()
      await page.getByRole('button', { name: /Fresh tea/ }).click()
      await page.getByRole('dialog').getByText('Fresh tea').waitFor()
      await page.keyboard.press('Escape')
      const [status] = listIn(await server.call('GET', `/simulator/statuses?phone=${customer}`))
      assert.equal(status?.['viewed'], true)
      await button('Post a status').click()
      await fill({ Text: 'On my way' })
      await submit('Post')
      await page.getByRole('button', { name: /My status.*On my way/ }).waitFor()
      await page.getByRole('tab', { name: 'Chats' }).click()
    })
  })

  describe('what goes wrong', () => {
    test('receipts wait until the person reads', async () => {
      await button('Trouble').click()
      await page.getByRole('switch', { name: 'Opening a chat here reads it' }).uncheck()
      await page.keyboard.press('Escape')
      await takeAll(server, made)
      await byApi('sendMessage', { message: 'not read yet' })
      await takeUntil(server, made, (body) => body['status'] === 'delivered')
      await button('Mark as read').click()
      await takeUntil(server, made, (body) => body['status'] === 'read')
    })

    test('an account is suspended, banned, and let go, by a click on its own phone', async () => {
      const own = await walk.takePhone(context, shop)
      await own.getByRole('button', { name: 'Trouble' }).click()
      await own.getByRole('button', { name: 'Suspend the account' }).click()
      await takeUntil(server, made, (body) => body['stateInstance'] === 'suspended')
      await own.getByRole('button', { name: 'End: Suspend the account' }).click()
      await takeUntil(server, made, (body) => body['stateInstance'] === 'authorized')
      await own.getByRole('button', { name: 'Block the account' }).click()
      await takeUntil(server, made, (body) => body['stateInstance'] === 'blocked')
      await own.close()
    })
  })

  test('Russian pages tell Russian errors', async () => {
    const own = await walk.takePhone(context, customer)
    await own.getByRole('button', { name: 'Русский' }).click()
    await own.getByRole('button', { name: 'Связанные устройства' }).click()
    await own.getByLabel('Текст QR или код').fill('0000-0000')
    await own.getByRole('button', { name: 'Привязать', exact: true }).click()
    await own.getByText('Код неверный, устарел или предназначен для другого номера.').waitFor()
    await own.close()
  })
})
