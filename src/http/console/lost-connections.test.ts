// Truth: docs/console.md: what is told of an instance that is linked and has no connection, as it changes and in the node's health.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SkippingClock } from '../../lib/skipping-clock.ts'
import { InstanceWatch, type InstanceNews } from './instance-watch.ts'
import { VitalSigns } from './vital-signs.ts'

const PROXY_DOWN = 'the proxy 192.0.2.1:1080: connect ECONNREFUSED'

function linked() {
  return {
    ...{ id: 1101000000, name: '', state: 'authorized', linked: null, deletedAt: null, isHere: true },
    ...{ isOnline: true, trouble: null as string | null, queued: 0, notifications: 0 },
  }
}

test('whoever watches hears why there is no connection, and of another reason', () => {
  const clock = new SkippingClock()
  const instance = linked()
  const heard: InstanceNews[] = []
  const stop = new InstanceWatch({ instances: { ofAccount: () => [instance] } as never, clock }).listen(
    'acme' as never,
    (news) => heard.push(news),
  )
  Object.assign(instance, { isOnline: false, trouble: PROXY_DOWN })
  clock.skip(1_000)
  Object.assign(instance, { trouble: 'too many logins' })
  clock.skip(1_000)
  Object.assign(instance, { isOnline: true, trouble: null })
  clock.skip(1_000)
  stop()
  assert.deepEqual(
    heard.map(({ changed }) => changed.map(({ trouble }) => trouble)),
    [[PROXY_DOWN], ['too many logins'], [null]],
  )
})

test('what has no connection is not counted among what is authorised', () => {
  const instances = [linked(), { ...linked(), isOnline: false, trouble: PROXY_DOWN }]
  const clock = new SkippingClock()
  const signs = new VitalSigns({
    ...{ instances: { all: () => instances } as never, cluster: { isAlone: true }, store: {}, clock },
  })
  assert.deepEqual(signs.look().states, { authorized: 1, offline: 1 })
  clock.skip(10_000)
  assert.equal(signs.series[0]?.authorized, 1)
  signs.stop()
})
