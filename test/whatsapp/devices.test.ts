// Truth: what the fake WhatsApp was asked for by a session, and who got what it sent.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { engineIsInstalled } from '../../src/drivers/whatsapp/engine/load.ts'
import { until } from '../../src/lib/until.ts'
import { chatOf, Ground, OTHER, OWN, PEER, type Linked } from './support/linked.ts'

const skip = engineIsInstalled() ? false : 'the WhatsApp engine is not installed'

const HOUR_MS = 3_600_000

describe('the devices of those who are written to', { skip, timeout: 60_000 }, () => {
  let ground: Ground
  let own: Linked

  beforeEach(async () => {
    ground = await Ground.open()
    own = await ground.linked()
  })
  afterEach(() => ground.close())

  async function send({ session }: Linked, to: string, text: string): Promise<string> {
    const id = ground.newId()
    const message = { chat: chatOf(to), content: { kind: 'text', text } } as const
    const verdict = await session.send(id, message, new AbortController().signal)
    assert.equal(verdict.ok, true)
    return id
  }
  const asked = () => {
    const { statistics } = ground.world
    return [PEER, OWN].map((of) => statistics.keysAsked(OWN, of)).concat(statistics.devicesAsked(OWN))
  }
  const times = (phone: string, id: string) =>
    ground.world
      .phone(phone)
      .messages()
      .filter((message) => message.id === id).length
  const got = ({ host }: Linked, id: string) => host.messages().filter((message) => message.id === id).length
  async function arrives(id: string, ...at: readonly Linked[]): Promise<void> {
    await until(() => at.every((one) => got(one, id) === 1), 'it at each device')
    await until(() => times(PEER, id) === 1, 'it at the phone')
    assert.deepEqual(
      at.map((one) => got(one, id)),
      at.map(() => 1),
    )
  }

  test('are known to the next process, and nobody is asked for them or for keys', async () => {
    await arrives(await send(own, PEER, 'the first'))
    const before = asked()
    assert.ok((before[0] ?? 0) > 0)
    const next = await ground.reopened(own)
    await arrives(await send(next, PEER, 'the second'))
    ground.clock.skip(HOUR_MS)
    await arrives(await send(next, PEER, 'an hour later'))
    const third = await ground.reopened(next, HOUR_MS)
    await arrives(await send(third, PEER, 'and once more'))
    assert.deepEqual(asked(), before)
  })

  test('are asked for again after a day', async () => {
    await send(own, PEER, 'the first')
    const [, , before = 0] = asked()
    const next = await ground.reopened(own, 25 * HOUR_MS)
    await send(next, PEER, 'the second')
    assert.ok((asked()[2] ?? 0) > before)
  })

  test('one that was added while nobody was there gets what is sent next', async () => {
    await send(own, PEER, 'the first')
    await own.session.disconnect()
    const [theirs, mine] = [await ground.linked(PEER), await ground.linked(OWN)]
    const next = await ground.reopened(own)
    await arrives(await send(next, PEER, 'for all'), theirs, mine)
  })

  test('one that was added meanwhile gets what is sent next, and it is remembered', async () => {
    await send(own, PEER, 'the first')
    const theirs = await ground.linked(PEER)
    await until(() => !own.host.kept.has(`devices|${PEER}`), 'the news of it')
    await arrives(await send(own, PEER, 'for both'), theirs)
    // Until then an answer may be from before the change.
    ground.clock.skip(6_000)
    await send(own, PEER, 'known')
    const before = asked()
    const next = await ground.reopened(own)
    await arrives(await send(next, PEER, 'for both again'), theirs)
    assert.deepEqual(asked(), before)
  })

  test('one that nobody told of gets what was sent without it, once, when the network says so', async () => {
    await send(own, PEER, 'the first')
    ground.world.network.faults.hidesDevices = true
    const [theirs, mine] = [await ground.linked(PEER), await ground.linked(OWN)]
    await arrives(await send(own, PEER, 'for some'), theirs, mine)
    await arrives(await send(own, PEER, 'for all'), theirs, mine)
    assert.equal(ground.world.phone(PEER).tally.unreadable, 0)
  })

  test('one that was taken off is not written for', async () => {
    const theirs = await ground.linked(PEER)
    await arrives(await send(own, PEER, 'for both'), theirs)
    const [device] = ground.world.network.account(PEER).devices.keys()
    ground.world.fake.unlink(PEER, device ?? 0)
    await arrives(await send(own, PEER, 'for the phone'))
    await arrives(await send(await ground.reopened(own), PEER, 'for the phone again'))
  })

  test('a stranger is asked for', async () => {
    const before = ground.world.statistics.keysAsked(OWN, OTHER)
    await send(own, OTHER, 'hello')
    assert.ok(ground.world.statistics.keysAsked(OWN, OTHER) > before)
  })
})
