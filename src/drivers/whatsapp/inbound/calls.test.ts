// Truth: the words of model/call.ts and the conformance suite's calls.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { until } from '../../../lib/until.ts'
import type { BinaryNode } from '../engine/engine.ts'
import { followCalls } from './calls.ts'
import { NO_ENGINE } from '../../../../test/whatsapp/support/no-engine.ts'
import { openRig, OWN, PEER } from '../../../../test/whatsapp/support/inbound-rig.ts'

function call(tag: string, attrs: Record<string, string> = {}, content: BinaryNode[] = []): BinaryNode {
  const what = { tag, attrs: { 'call-id': 'C1', 'call-creator': PEER.lid, ...attrs }, content }
  return { tag: 'call', attrs: { id: 'x', from: PEER.lid, t: '1760000000', notify: 'Peter' }, content: [what] }
}

const OFFER = call('offer', { caller_pn: PEER.pn }, [
  { tag: 'audio', attrs: {} },
  { tag: 'video', attrs: {} },
])

async function heardAfter(...stanzas: readonly BinaryNode[]) {
  const rig = await openRig({ engine: NO_ENGINE })
  const take = followCalls(rig)
  await Promise.all(stanzas.map(take))
  return rig
}

describe('calls', () => {
  test('an offer rings, with who calls and how', async () => {
    const { host } = await heardAfter(OFFER, OFFER)
    assert.deepEqual(host.calls(), [
      {
        ...{
          id: 'C1',
          direction: 'in',
          status: 'offer',
          isVideo: true,
          isGroup: false,
          durationS: 0,
          participants: [],
        },
        ...{ chat: { id: PEER.chat, name: 'Peter', contactName: '' }, at: 1_760_000_000_000 },
      },
    ])
  })

  test('an answered one is told once with its length where it ends at once, and when it goes on first without', async () => {
    const short = await heardAfter(OFFER, call('accept'), call('terminate', { duration: '42000' }))
    assert.deepEqual(
      short.host.calls().map(({ status, durationS }) => [status, durationS]),
      [
        ['offer', 0],
        ['pickUp', 42],
      ],
    )
    const long = await heardAfter(OFFER, call('preaccept'), call('accept'))
    long.clock.skip(1_000)
    await until(() => long.host.calls().length === 2, 'that it was answered')
    await followCalls(long)(call('terminate', { duration: '42000' }))
    assert.deepEqual(
      long.host.calls().map(({ status, durationS }) => [status, durationS]),
      [
        ...[
          ['offer', 0],
          ['pickUp', 0],
          ['pickUp', 42],
        ],
      ],
    )
    assert.equal(long.host.calls().at(-1)?.isVideo, true)
  })

  test('refused, given up, not answered, answered or refused on another device', async () => {
    const ends: readonly [BinaryNode[], string][] = [
      [[call('reject'), call('terminate')], 'hungUp'],
      [[call('terminate')], 'declined'],
      [[call('terminate', { reason: 'timeout' })], 'declined'],
      [[call('terminate', { reason: 'accepted_elsewhere' })], 'pickUp'],
      [[call('terminate', { reason: 'rejected_elsewhere' })], 'hungUp'],
    ]
    for (const [stanzas, status] of ends) {
      const { host } = await heardAfter(OFFER, ...stanzas, ...stanzas)
      assert.deepEqual(
        host.calls().map((one) => one.status),
        ['offer', status],
      )
    }
  })

  test('calls of a group say so; talk of the connection and own calls are nothing', async () => {
    const group = await heardAfter(call('offer', { 'group-jid': '120363043968066561@g.us' }))
    assert.equal(group.host.calls()[0]?.isGroup, true)
    const others = [
      call('relaylatency'),
      call('transport'),
      call('offer', { 'call-creator': OWN.lid }),
      { tag: 'call', attrs: {} },
    ]
    assert.deepEqual((await heardAfter(...others)).host.calls(), [])
  })

  test('a commit that fails is told, so that nothing is acknowledged', async () => {
    const rig = await openRig({ engine: NO_ENGINE })
    rig.host.rejectNext(1)
    await assert.rejects(followCalls(rig)(OFFER))
  })
})
