// Truth: the issue's "fuzzed frames from the server never crash the process or grow its memory", and that whoever was not spoken to so goes on.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Dice } from '../durability/dice.ts'
import { decodeFrame } from '../fakes/max/frame.ts'
import { startFakeMax, type FakeMax } from '../fakes/max/server.ts'
import { Inbox } from '../support/inbox.ts'
import { MESSAGE_WEBHOOKS, type LiveGateway } from '../support/live-gateway.ts'
import { eventually, objectIn, stateOf, type Json } from '../support/road.ts'
import { OPERATOR_TOKEN, type Made } from '../support/server.ts'
import { startGateway } from './support/gateway.ts'
import { spoiltBytes, spoiltPayload, strangePush } from './support/junk.ts'
import { Relay } from './support/relay.ts'

const SEED = Number(process.env['JADEGATE_MAX_FUZZ_SEED'] ?? 20_261_121)
/** Frames for each connection. */
const FRAMES = Number(process.env['JADEGATE_MAX_FUZZ_FRAMES'] ?? 150)
const PEER = '79003300001'
const OTHER = '79003300002'
const PHONES = Array.from({ length: 6 }, (_none, index) => `7900330001${String(index)}`)
/** The network says that the device was taken off: an order, and no junk. */
const LOGGED_OUT = 20
const OPCODES = [1, 18, 128, 129, 130, 132, 135, 136, 137, 140, 142, 155, 156, 159, 300, 65_535]
/** Beyond what a start takes anyway: of what was sent nothing may stay. */
const GROWTH_BYTES = 120 * 1024 * 1024

describe(`a network that sends junk (seed ${String(SEED)})`, { timeout: 120_000 }, () => {
  const dice = new Dice(SEED)
  let fake: FakeMax
  let relay: Relay
  let gateway: LiveGateway
  let mades: Made[]
  let residentBefore = 0

  before(async () => {
    fake = await startFakeMax({ settings: { redelivers: 'all', loginLimit: { count: 10_000, withinMs: 1_000 } } })
    relay = await Relay.to(fake.url)
    gateway = await startGateway(relay)
    const { items } = objectIn(await operator('GET', '/accounts'))
    const at = `/accounts/${String((items as readonly Json[])[0]?.['id'])}/instances`
    for (const phone of [PEER, OTHER]) fake.person(phone)
    mades = []
    for (const phone of PHONES) {
      const made = await gateway.make({ ...MESSAGE_WEBHOOKS, typeInstance: 'v3' })
      const token = fake.issueToken(phone)
      objectIn(await operator('PUT', `${at}/${String(made.idInstance)}/link/token`, { token }))
      await gateway.isAuthorized(made)
      mades.push(made)
    }
    residentBefore = await residentBytes()
  })
  after(async () => {
    await gateway.close()
    await relay.close()
    await fake.close()
  })

  function operator(verb: string, path: string, body?: object) {
    const headers = { authorization: `Bearer ${OPERATOR_TOKEN}`, 'content-type': 'application/json' }
    return gateway.call(verb, `/api/operator/v1${path}`, body, headers)
  }

  async function measured(name: string): Promise<number> {
    const { text } = await gateway.call('GET', '/metrics')
    return Number(new RegExp(`^${name.replaceAll(/[{}]/g, '\\$&')} (\\d+)$`, 'm').exec(text)?.[1] ?? 0)
  }
  const residentBytes = () => measured('jadegate_process_resident_bytes')

  /** Pushes of each kind, as the network really says them. */
  function talk(): void {
    const peer = fake.person(PEER)
    for (const phone of PHONES) {
      const said = peer.say(phone, { text: 'see *this* https://example.com/ page', elements: [] })
      peer.say(phone, {
        text: 'a picture',
        file: { kind: 'photo', bytes: Buffer.from('jpeg'), mimeType: 'image/jpeg' },
      })
      peer.say(phone, { text: 'answer', replyTo: said.id })
      peer.react(phone, said.id, '👍')
      peer.edit(phone, said.id, 'another')
      peer.read(phone)
      peer.type(phone)
      peer.remove(phone, [said.id])
    }
    peer.found('Group', [...PHONES, OTHER])
  }

  const pushes = () =>
    relay.samples.filter((frame) => {
      const { cmd, opcode } = decodeFrame(frame)
      return cmd === 0 && opcode !== LOGGED_OUT && opcode !== 1
    })

  async function isAlive(): Promise<void> {
    assert.equal((await gateway.call('GET', '/health')).status, 200)
    assert.deepEqual(gateway.errors, [])
  }

  /** Whoever was shouted at hears what is really said, once he is connected again. */
  async function goesOn(made: Made, phone: string): Promise<void> {
    objectIn(await gateway.on(made, 'GET', 'reboot'))
    const { id } = fake.person(PEER).say(phone, `still there, ${phone}?`)
    await new Inbox(gateway, made).message(String(id))
    await eventually(async () => (await stateOf(gateway, made)) === 'authorized', 'it is authorized')
  }

  test('frames that can be read and say nonsense', async (t) => {
    let shouted = 0
    talk()
    await eventually(() => pushes().length >= PHONES.length * 8, 'pushes of each kind')
    const samples = pushes()
    for (let sent = 0; sent < FRAMES; sent += 1) {
      for (const client of relay.clients) {
        const junk = dice.chance(0.7) ? spoiltPayload(dice.pick(samples), dice) : strangePush(dice.pick(OPCODES), dice)
        client.send(junk)
        shouted += 1
      }
      if (sent % 25 === 0) await isAlive()
    }
    await isAlive()
    for (const [index, made] of mades.entries()) await goesOn(made, PHONES[index] ?? '')
    t.diagnostic(`${String(shouted)} frames`)
    assert.ok(shouted > FRAMES, 'junk that is framed well ends no connection for long')
  })

  test('answers that are not what was asked for', async () => {
    relay.spoil = (frame) => {
      const { cmd, opcode } = decodeFrame(frame)
      // A token in the place of the old one is kept, whatever it is: logins are answered as they should be.
      return cmd === 1 && opcode !== 19 && dice.chance(0.5) ? spoiltPayload(frame, dice, 0.3) : null
    }
    for (const made of mades) {
      for (const [verb, method, body] of CALLS) {
        const { status, text } = await gateway.on(made, verb, method, body)
        assert.notEqual(status, 500, `${method}: ${text}`)
      }
    }
    relay.spoil = () => null
    await isAlive()
    for (const [index, made] of mades.entries()) await goesOn(made, PHONES[index] ?? '')
  })

  test('bytes that are no frames end a connection, and nothing else', async () => {
    const samples = pushes()
    for (let round = 0; round < 3; round += 1) {
      for (const client of relay.clients) client.send(spoiltBytes(dice.pick(samples), dice))
      await isAlive()
      for (const [index, made] of mades.entries()) await goesOn(made, PHONES[index] ?? '')
    }
    assert.ok((await measured('jadegate_max_connections_ended_total{reason="unreadable"}')) > 0)
  })

  test('nothing of it stays in memory', async (t) => {
    const grown = (await residentBytes()) - residentBefore
    t.diagnostic(`${String(Math.round(grown / 1024 / 1024))} MB more than before`)
    assert.ok(grown < GROWTH_BYTES, `${String(grown)} bytes more`)
    await isAlive()
  })
})

const CALLS = [
  ['POST', 'checkAccount', { phoneNumber: Number(OTHER) }],
  ['GET', 'getChats', undefined],
  ['GET', 'getContacts', undefined],
  ['POST', 'sendMessage', { chatId: `${PEER}@c.us`, message: 'hello' }],
  ['POST', 'createGroup', { groupName: 'G', chatIds: [`${PEER}@c.us`] }],
  ['POST', 'getContactInfo', { chatId: `${PEER}@c.us` }],
] as const
