// Truth: each message has an id of its own, and forwards keep the order of the list; the random source is the worst that there can be.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { enqueueForward } from '../../src/instances/enqueue.ts'
import { HexIds } from '../../src/instances/identifiers.ts'
import { MESSENGERS } from '../../src/model/messenger.ts'
import type { MessageId } from '../../src/model/ids.ts'
import { openWorld, sendTo, type Domain, type World } from '../support/domain.ts'
import { CHAT, PHONE, stage } from '../support/stage.ts'

let world: World
let domain: Domain
before(async () => {
  world = await openWorld()
  domain = await world.start()
})
after(() => world.close())

for (const messenger of MESSENGERS) {
  test(`messages that are forwarded at one moment have different, rising ids on ${messenger}`, async () => {
    const ids: MessageId[] = []
    const random = { ...domain.node.random, bytes: (count: number) => Buffer.alloc(count, 0xff) }
    const shown = await stage(
      domain,
      async (instance) => {
        for (const text of ['one', 'two', 'three']) ids.push(await sendTo(instance, PHONE, { kind: 'text', text }))
      },
      { messenger, node: { messageIds: { hex: new HexIds(random), decimal: domain.node.messageIds.decimal } } },
    )
    await shown.sender.stop()
    const made = await enqueueForward(shown.record, {
      to: CHAT,
      from: CHAT,
      ids,
      asked: { method: 'forwardMessages', body: {} },
    })
    assert.ok(Array.isArray(made), JSON.stringify(made))
    assert.equal(new Set(made).size, 3)
    assert.deepEqual(made, made.toSorted())
  })
}
