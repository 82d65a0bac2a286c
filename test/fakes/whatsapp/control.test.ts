// Truth: what the control API of the fake WhatsApp promises to kill tests and benchmarks.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { until } from '../../../src/lib/until.ts'
import type { Control } from '../control.ts'
import { startControl } from './control.ts'
import { engineLoads } from './engine-client.ts'
import { startWorld, type World } from './world.ts'

const skip = (await engineLoads()) ? false : 'the WhatsApp engine is not installed'

describe('control API of the fake WhatsApp', { skip }, () => {
  let world: World
  let control: Control

  before(async () => {
    world = await startWorld()
    control = await startControl(world)
  })

  after(async () => {
    await control.close()
    await world.close()
  })

  const ask = async (method: 'GET' | 'POST', path: string, body?: object) => {
    const url = `http://127.0.0.1:${String(control.port)}/${path}`
    const response = await fetch(url, { method, ...(body !== undefined && { body: JSON.stringify(body) }) })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }

  test('an account is made with its settings', async () => {
    const { body } = await ask('POST', 'accounts', { phone: '79001000001', name: 'Anna', wantsPasskey: true })
    assert.deepEqual([body['phone'], body['name'], body['devices']], ['79001000001', 'Anna', []])
    assert.equal(world.person('79001000001').wantsPasskey, true)
  })

  test('what one says the other has received', async () => {
    await ask('POST', 'accounts', { phone: '79001000002' })
    const { body } = await ask('POST', 'say', { from: '79001000001', to: '79001000002', text: 'hello' })
    const received = await ask('GET', 'received?phone=79001000002')
    assert.deepEqual(
      (received.body as unknown as { id: string; text: string }[]).map(({ id, text }) => [id, text]),
      [[body['id'], 'hello']],
    )
  })

  test('a flood goes on by itself, names what it sent, and is counted', async () => {
    const flood = { from: ['79001000001', '79001000002'], to: '79001000003', count: 40, perSecond: 1_000 }
    const { body } = await ask('POST', 'flood', flood)
    const query = `id=${String(body['id'])}`
    await until(async () => (await ask('GET', `flood?${query}`)).body['endedAt'], 'the end of the flood')
    const ids = (await ask('GET', `flood/ids?${query}`)).body as unknown as string[]
    const there = world
      .phone('79001000003')
      .messages()
      .map(({ id }) => id)
    assert.deepEqual([...ids].sort(), [...there].sort())
    const { phones } = (await ask('GET', 'statistics')).body as { phones?: { sent: number } }
    assert.equal(phones?.sent, 41)
  })

  test('faults are set and taken back', async () => {
    await ask('POST', 'faults', { loseAcks: 2, ackErrors: [{ chat: '*', code: '463', times: 1 }] })
    assert.equal(world.network.faults.loseAcks, 2)
    assert.deepEqual(world.network.faults.ackErrors.get('*'), { code: '463', times: 1 })
    await ask('POST', 'faults', { loseAcks: 0, ackErrors: [] })
    assert.equal(world.network.faults.ackErrors.size, 0)
  })

  test('what can not be done is said and harms nothing', async () => {
    assert.equal((await ask('POST', 'say', { from: 'nobody' })).status, 400)
    assert.equal((await ask('POST', 'scan', { phone: '79001000001', qr: 'nothing' })).status, 400)
    assert.equal((await ask('POST', 'unknown', {})).status, 404)
    assert.equal((await ask('GET', 'statistics')).status, 200)
  })
})
