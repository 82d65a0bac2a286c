// Truth: the order of the calls, as seen from inside the works.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Lanes } from './lanes.ts'

function recorder() {
  const lanes = new Lanes()
  const events: string[] = []
  const release = new Map<string, () => void>()
  function start(name: string, ...keys: number[]): Promise<void> {
    return lanes.run(new Set(keys), async () => {
      events.push(`${name} begins`)
      await new Promise<void>((resolve) => release.set(name, resolve))
      events.push(`${name} ends`)
    })
  }
  async function end(name: string): Promise<void> {
    release.get(name)?.()
    await settle()
  }
  return { lanes, events, start, end }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

test('works that share a key follow each other, others do not wait', async () => {
  const { events, start, end } = recorder()
  const all = [start('a', 1), start('b', 2), start('c', 1, 2), start('d', 3), start('e', 2), start('f')]
  await settle()
  assert.deepEqual(events, ['a begins', 'b begins', 'd begins', 'f begins'])
  await end('a')
  assert.ok(!events.includes('c begins'), 'b still runs')
  await end('b')
  assert.ok(events.includes('c begins') && !events.includes('e begins'))
  await end('c')
  assert.ok(events.includes('e begins'))
  for (const name of ['d', 'e', 'f']) await end(name)
  await Promise.all(all)
})

test('a work that fails rejects its caller and lets the next one begin', async () => {
  const lanes = new Lanes()
  const failing = lanes.run(new Set([1]), () => Promise.reject(new Error('no')))
  const next = lanes.run(new Set([1]), () => Promise.resolve('done'))
  await assert.rejects(failing, /no/)
  assert.equal(await next, 'done')
})

test('idle waits for all that runs', async () => {
  const { lanes, events, start, end } = recorder()
  await lanes.idle()
  const work = start('a', 1)
  const idle = lanes.idle().then(() => events.push('idle'))
  await settle()
  assert.deepEqual(events, ['a begins'])
  await end('a')
  await Promise.all([work, idle])
  assert.deepEqual(events, ['a begins', 'a ends', 'idle'])
})
