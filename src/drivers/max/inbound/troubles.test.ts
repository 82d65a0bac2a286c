// Truth: what our notes say of pushes that repeat, come in another order or break off (B2.3), on the fake MAX; nothing is lost, nothing is told twice.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { TELL } from '../../../../test/fakes/max/opcodes.ts'
import { OWN, PEER, SessionScene, type OpenedSession } from '../../../../test/max/support/session-scene.ts'
import { until } from '../../../lib/until.ts'

const OTHER = '79001000003'

describe('what MAX brings in troubles', () => {
  let scene: SessionScene
  let opened: OpenedSession
  beforeEach(async () => {
    scene = await SessionScene.start()
    scene.fake.person(OTHER)
    opened = await scene.linked()
  })
  afterEach(() => scene.close())

  const say = (text: string, from = PEER) => String(scene.fake.person(from).say(OWN, text).id)
  const told = () => opened.host.messages().map(({ id }) => id)
  const unacknowledged = () => scene.fake.person(OWN).unacknowledged()

  /** As whoever runs the session would, until all of it is there and acknowledged. */
  async function arrived(count: number): Promise<void> {
    let losses = opened.host.losses.length
    await until(async () => {
      scene.clock.skip(100)
      if (opened.host.losses.length > losses) {
        losses = opened.host.losses.length
        await opened.session.connect()
      }
      return told().length >= count && unacknowledged().length === 0
    }, 'everything')
  }

  test('comes twice and in disorder, and is told once', async () => {
    scene.fake.faults.duplicate = true
    scene.fake.faults.reorder = 4
    const ids = Array.from({ length: 12 }, (_none, index) => say(String(index)))
    await arrived(ids.length)
    assert.deepEqual([...told()].sort(), ids)
    assert.deepEqual(opened.host.losses, [])
  })

  for (const when of ['before', 'after'] as const)
    test(`breaks off ${when} it was brought, again and again, and is told once`, async () => {
      scene.fake.settings.redelivers = 'all'
      scene.fake.faults.cut = { of: 'push', opcode: TELL.message, when, skip: 2, times: 4 }
      const ids: string[] = []
      for (let index = 0; index < 8; index += 1) {
        ids.push(say(String(index)))
        await arrived(index)
      }
      await arrived(ids.length)
      assert.deepEqual(told(), ids)
    })

  for (const redelivers of ['none', 'told', 'all'] as const)
    test(`came while nobody was there, and a server that brings ${redelivers} again: each chat's in its order, once`, async () => {
      scene.fake.settings.redelivers = redelivers
      const first = [say('before'), say('before', OTHER)]
      await arrived(first.length)
      await opened.session.disconnect()
      const [one, two] = [PEER, OTHER].map((from) => Array.from({ length: 120 }, (_none, n) => say(String(n), from)))
      scene.fake.settings.redelivers = redelivers
      await opened.session.connect()
      await arrived(first.length + 240)
      for (const [index, ids] of [one, two].entries()) {
        const chat = opened.host.messages()[index]?.chat.id
        const there = opened.host.messages().filter((message) => message.chat.id === chat)
        assert.deepEqual(
          there.slice(1).map(({ id }) => id),
          ids,
        )
      }
    })

  test('could not be kept now and then, and is told once', async () => {
    const ids: string[] = []
    for (let index = 0; index < 6; index += 1) {
      opened.host.rejectNext(index % 2)
      ids.push(say(String(index)))
      await arrived(index)
    }
    await arrived(ids.length)
    assert.deepEqual(told(), ids)
  })
})
