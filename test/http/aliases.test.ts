// Truth: max-telegram A2: a number as `…@c.us` is a name for its person towards MAX and Telegram alone; everything returned is the numeric chat id.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { until } from '../../src/lib/until.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
before(async () => {
  server = await startServer({ JADEGATE_DELAY_MIN_MS: '1' })
})
after(() => server.close())

const QUICK = { delaySendMessagesMilliseconds: 1, outgoingWebhook: 'yes' }
type Item = Readonly<Record<string, unknown>>

for (const [typeInstance, own, peer] of [
  ['v3', '79005550001', '79005550002'],
  ['telegram', '79005550003', '79005550004'],
] as const) {
  describe(typeInstance, () => {
    test('what was sent to a number is kept and told under the numeric chat id, and found by either', async () => {
      const made = await server.make({ typeInstance, ...QUICK })
      await server.link(made, own)
      const checked = (await server.on(made, 'POST', 'checkAccount', { phoneNumber: Number(peer) })).json as Item
      const chatId = String(checked['chatId'])
      assert.match(chatId, /^[1-9]\d+$/)
      const alias = `${peer}@c.us`
      const sent = (await server.on(made, 'POST', 'sendMessage', { chatId: alias, message: 'hello' })).json as Item
      const told = await until(async () => {
        const answer = await server.on(made, 'GET', 'receiveNotification')
        return (answer.json as { readonly body: Item } | null)?.body
      }, 'a status')
      assert.deepEqual([told['idMessage'], told['chatId']], [sent['idMessage'], chatId])
      for (const named of [alias, chatId]) {
        const history = (await server.on(made, 'POST', 'getChatHistory', { chatId: named })).json as readonly Item[]
        assert.deepEqual(
          history.map((item) => [item['idMessage'], item['chatId']]),
          [[sent['idMessage'], chatId]],
        )
      }
    })

    test('while nobody is linked the number stands, and the network finds the person later', async () => {
      const made = await server.make({ typeInstance, ...QUICK })
      const sent = (await server.on(made, 'POST', 'sendMessage', { chatId: `${peer}@c.us`, message: 'later' })).json
      await server.link(made, own)
      const seen = await until(async () => {
        const list = await server.call('GET', `/simulator/messages?phone=${peer}&messenger=${typeInstance}`)
        return (list.json as readonly Item[]).find((item) => item['text'] === 'later')
      }, 'the message')
      assert.equal(seen['id'], (sent as Item)['idMessage'])
    })
  })
}
