// Truth: the engine sees a stanza when what must come before is done, in the order of arrival, and none after one that failed.
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { describe, test } from 'node:test'
import type { BinaryNode } from './engine/engine.ts'
import { intercept, type Before } from './intercept.ts'

const stanza = (id: string): BinaryNode => ({ tag: 'receipt', attrs: { id } })
const settled = () => new Promise((resolve) => setImmediate(resolve))

function rig(before: Before) {
  const ws = new EventEmitter()
  const seen: string[] = []
  const failures: string[] = []
  ws.on('CB:receipt', ({ attrs }: BinaryNode) => seen.push(attrs['id'] ?? ''))
  intercept(ws, 'CB:receipt', before, (why) => failures.push(why))
  return { ws, seen, failures, come: (id: string) => ws.emit('CB:receipt', stanza(id)) }
}

describe('what comes before the engine', () => {
  test('stanzas wait for it and keep their order; it begins for each at once', async () => {
    const begun: string[] = []
    const done = new Map<string, () => void>()
    const { seen, come } = rig(({ attrs }) => {
      begun.push(attrs['id'] ?? '')
      return new Promise((resolve) => done.set(attrs['id'] ?? '', resolve))
    })
    come('a')
    come('b')
    assert.deepEqual(begun, ['a', 'b'])
    done.get('b')?.()
    await settled()
    assert.deepEqual(seen, [])
    done.get('a')?.()
    await settled()
    assert.deepEqual(seen, ['a', 'b'])
  })

  test('what needs nothing passes at once, but not past one that waits', async () => {
    let release: () => void = () => undefined
    const { seen, come } = rig(({ attrs }) =>
      attrs['id'] === 'slow' ? new Promise((resolve) => (release = resolve)) : undefined,
    )
    come('a')
    assert.deepEqual(seen, ['a'])
    come('slow')
    come('b')
    await settled()
    assert.deepEqual(seen, ['a'])
    release()
    await settled()
    assert.deepEqual(seen, ['a', 'slow', 'b'])
    come('c')
    assert.deepEqual(seen, ['a', 'slow', 'b', 'c'])
  })

  test('after a failure nothing passes, and it is told once', async () => {
    const { seen, failures, come } = rig(({ attrs }) =>
      attrs['id'] === 'bad' ? Promise.reject(new Error('the disk is full')) : Promise.resolve(),
    )
    come('a')
    await settled()
    come('bad')
    come('b')
    come('bad')
    await settled()
    await settled()
    come('c')
    await settled()
    assert.deepEqual(seen, ['a'])
    assert.equal(failures.length, 1)
    assert.match(failures[0] ?? '', /the disk is full/)
  })

  test('one that throws at once is a failure too', async () => {
    const { seen, failures, come } = rig(() => {
      throw new Error('no')
    })
    come('a')
    await settled()
    assert.deepEqual(seen, [])
    assert.equal(failures.length, 1)
  })

  test('what the engine does not listen to can not be intercepted', () => {
    assert.throws(
      () =>
        intercept(
          new EventEmitter(),
          'CB:receipt',
          () => undefined,
          () => undefined,
        ),
      /does not listen/,
    )
  })
})
