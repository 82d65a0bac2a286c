// Truth: which names a resolver of the test's is asked for, and when the askers hear.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { NameLookup, type Resolved } from './name-lookup.ts'
import { SkippingClock } from './skipping-clock.ts'

/** A resolver that answers when told to. */
function resolver(): {
  asked: string[]
  resolve: (name: string, done: Resolved) => void
  answer: (name: string) => void
} {
  const waiting = new Map<string, Resolved>()
  const asked: string[] = []
  return {
    asked,
    resolve: (name, done) => {
      asked.push(name)
      waiting.set(name, done)
    },
    answer: (name) => waiting.get(name)?.(null, [{ address: '8.8.8.8', family: 4 }]),
  }
}

describe('NameLookup', () => {
  test('who asks for a name that is being looked up shares the answer', () => {
    const { asked, resolve, answer } = resolver()
    const names = new NameLookup(new SkippingClock(), resolve)
    let answers = 0
    for (let index = 0; index < 5; index += 1) names.resolve('a', () => (answers += 1))
    assert.deepEqual(asked, ['a'])
    answer('a')
    assert.equal(answers, 5)
    names.resolve('a', () => (answers += 1))
    assert.deepEqual(asked, ['a', 'a'])
  })

  test('names that were slow the last time hold up each other only', () => {
    const clock = new SkippingClock()
    const { asked, resolve, answer } = resolver()
    const names = new NameLookup(clock, resolve)
    const dead = ['dead1', 'dead2', 'dead3']
    for (const name of dead) names.resolve(name, () => undefined)
    clock.skip(5000)
    for (const name of dead) answer(name)

    asked.length = 0
    for (const name of dead) names.resolve(name, () => undefined)
    for (const name of ['a', 'b', 'c', 'd']) names.resolve(name, () => undefined)
    assert.deepEqual(asked, ['dead1', 'a', 'b', 'c'])
    answer('a')
    assert.deepEqual(asked, ['dead1', 'a', 'b', 'c', 'd'])
    answer('dead1')
    assert.deepEqual(asked.at(-1), 'dead2')
  })
})
