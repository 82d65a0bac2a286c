// Truth: drivers/facets.ts: every question ends by itself, with its own answer or with a fault.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { silentLog } from '../../lib/log.ts'
import { SkippingClock } from '../../lib/skipping-clock.ts'
import { isFault } from '../../model/fault.ts'
import type { ToNetwork } from '../../simulator/protocol.ts'
import { Questions } from './questions.ts'

const CHANNEL = 7

function scene() {
  const clock = new SkippingClock()
  const written: Extract<ToNetwork, { t: 'ask' }>[] = []
  const questions = new Questions(
    CHANNEL,
    (message) => {
      assert.ok(message.t === 'ask')
      written.push(message)
    },
    clock,
    silentLog,
  )
  const answer = (no: number, value: unknown) => questions.answered({ t: 'answer', channel: CHANNEL, no, value })
  return { clock, written, questions, answer }
}

function codeOf(answer: unknown): unknown {
  return isFault(answer) ? answer.fault : answer
}

describe('questions to the network', () => {
  test('answers find their questions by number, in whatever order they come', async () => {
    const { questions, written, answer } = scene()
    const first = questions.ask('chats.read', { chat: '79001234567' })
    const second = questions.ask('chats.archive', { chat: '79001234567', isArchived: true })
    const [one, two] = written
    assert.ok(one !== undefined && two !== undefined)
    assert.deepEqual([one.name, one.value], ['chats.read', { chat: '79001234567' }])
    assert.notEqual(one.no, two.no)
    answer(two.no, null)
    answer(one.no, true)
    assert.deepEqual([await first, await second], [true, null])
  })

  test('a refusal is its fault, with its words', async () => {
    const { questions, written } = scene()
    const asked = questions.ask('groups.leave', { group: '1@g.us' })
    const refusal = { t: 'unanswered', channel: CHANNEL, no: written[0]?.no ?? 0 } as const
    questions.answered({ ...refusal, fault: 'forbidden', message: 'not for you' })
    assert.deepEqual(await asked, { fault: 'forbidden', message: 'not for you' })
  })

  test('an answer that is none of this question is no answer', async () => {
    const { questions, answer } = scene()
    const asked = questions.ask('contacts.list', {})
    answer(1, [{ address: 5 }])
    assert.equal(codeOf(await asked), 'unavailable')
  })

  test('without an answer it ends in ten seconds, and what comes later is dropped', async () => {
    const { questions, clock, answer } = scene()
    const asked = questions.ask('contacts.list', {})
    clock.skip(9_000)
    const other = questions.ask('chats.list', {})
    clock.skip(1_500)
    assert.equal(codeOf(await asked), 'unavailable')
    answer(1, [])
    answer(2, [])
    assert.deepEqual(await other, [])
  })

  test('so many may wait at once; the next is told so, and finds room again', async () => {
    const { questions, written, answer } = scene()
    const asked = Array.from({ length: 100 }, () => questions.ask('contacts.list', {}))
    const sent = written.length
    assert.ok(sent > 10 && sent < 100)
    for (const { no } of [...written]) answer(no, [])
    const ends = await Promise.all(asked)
    assert.equal(ends.filter((one) => codeOf(one) === 'unavailable').length, 100 - sent)
    const again = questions.ask('contacts.list', {})
    answer(written.at(-1)?.no ?? 0, [])
    assert.deepEqual(await again, [])
  })

  test('the end of the channel ends them all', async () => {
    const { questions } = scene()
    const asked = [questions.ask('contacts.list', {}), questions.ask('chats.list', {})]
    questions.end()
    assert.deepEqual((await Promise.all(asked)).map(codeOf), ['notConnected', 'notConnected'])
  })

  test('what the network would not take is not asked', async () => {
    const { questions, written } = scene()
    assert.equal(codeOf(await questions.ask('chats.read', { chat: '' })), 'invalid')
    assert.equal(codeOf(await questions.ask('groups.rename', { group: '1@g.us', name: 'x'.repeat(300) })), 'invalid')
    assert.deepEqual(written, [])
  })
})
