// Truth: an unmodified engine socket, with the plainest store there can be, is linked, comes and goes on the fake as on WhatsApp.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'

import { EngineClient, engineLoads, until } from './engine-client.ts'
import { startFakeWhatsApp } from './server.ts'
import type { FakeWhatsApp } from './server.ts'
import { trustFakeWhatsApp } from './trust.ts'

const skip = (await engineLoads()) ? false : 'the WhatsApp engine is not installed'

describe('fake WhatsApp, with the engine itself', { skip, timeout: 120_000 }, () => {
  let fake: FakeWhatsApp
  let distrust: () => void
  const clients: EngineClient[] = []

  before(async () => {
    fake = await startFakeWhatsApp()
    distrust = await trustFakeWhatsApp(fake)
  })
  after(async () => {
    await Promise.all(clients.map((client) => client.end()))
    await fake.close()
    distrust()
  })

  const client = () => {
    const made = new EngineClient(fake.url)
    clients.push(made)
    return made
  }

  /** A client that is linked to the number and on. */
  async function linked(phone: string): Promise<EngineClient> {
    const made = client()
    await made.connect()
    await fake.scan(phone, await made.qr())
    await made.opened()
    return made
  }

  test('a scan links a device; it restarts on 515 and logs in', async () => {
    const device = client()
    await device.connect()
    assert.equal(await fake.scan('4915100000001', await device.qr()), 'linked')
    await device.opened()
    assert.deepEqual(device.endings, [515])
    assert.equal(device.me, '4915100000001:1@s.whatsapp.net')
    await until(() => (fake.network.account('4915100000001').devices.get(1)?.bundle?.oneTime.size ?? 0) > 800)
  })

  test('two linked devices of different people write to each other', async () => {
    const one = await linked('4915100000002')
    const two = await linked('4915100000003')
    await one.sendText('4915100000003@s.whatsapp.net', 'there')
    await until(() => two.texts.includes('there'))
    await two.sendText('4915100000002@s.whatsapp.net', 'and back')
    await until(() => one.texts.includes('and back'))
  })
})
