// Truth: what our notes of the protocol say of how questions are numbered.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SkippingClock } from '../../lib/skipping-clock.ts'
import { Questions } from './questions.ts'
import { CMD, decodeFrame, type Frame } from './wire/frame.ts'
import { LOGOUT, PING } from './wire/opcodes.ts'
import { WireError } from './wire/wire-error.ts'

const HOUR_MS = 3_600_000

function questionsOf() {
  const asked: Frame[] = []
  const questions = new Questions(new SkippingClock(), (bytes) => void asked.push(decodeFrame(bytes)))
  const answer = (frame: Frame | undefined) =>
    frame !== undefined && questions.answered({ ...frame, cmd: CMD.answer, payload: null })
  return { questions, asked, answer }
}

test('they are numbered in 16 bits, from 0 again after the last, without the number of one that still waits', async () => {
  const { questions, asked, answer } = questionsOf()
  const waiting = questions.ask(LOGOUT, [], HOUR_MS)
  for (let seq = 1; seq < 65_536; seq += 1) {
    void questions.ask(LOGOUT, [])
    assert.equal(asked.at(-1)?.seq, seq)
    assert.ok(answer(asked.pop()))
  }
  void questions.ask(LOGOUT, [])
  assert.equal(asked.at(-1)?.seq, 1)
  assert.ok(answer(asked[0]))
  assert.deepEqual(await waiting, { ok: true, answer: {} })
  questions.end()
})

test('what can not leave is not sent, and its number waits for nothing', async () => {
  const full = new Questions(new SkippingClock(), () => {
    throw new WireError('tooLarge', 'too much waits')
  })
  const answered = await full.ask(PING, [false])
  assert.deepEqual(answered, { ok: false, trouble: { why: 'notSent', says: 'too much waits' } })
  assert.equal(full.answered({ ver: 10, cmd: CMD.answer, seq: 0, opcode: 1, payload: null }), false)
})
