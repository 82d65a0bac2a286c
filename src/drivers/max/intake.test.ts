// Truth: one after the other, in order, and never more in memory than is allowed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Intake } from './intake.ts'

function intakeOf() {
  const dealt: number[] = []
  const said: string[] = []
  const gates: { readonly pass: () => void; readonly fail: (why: Error) => void }[] = []
  const intake = new Intake<number>({
    deal: (item) => {
      dealt.push(item)
      return new Promise((pass, fail) => gates.push({ pass, fail }))
    },
    failed: (trouble) => said.push(trouble instanceof Error ? trouble.message : 'failed'),
    pause: () => said.push('pause'),
    resume: () => said.push('resume'),
  })
  const pass = async (count: number) => {
    for (let each = 0; each < count; each += 1) {
      gates.shift()?.pass()
      await new Promise(setImmediate)
    }
  }
  return { intake, dealt, said, gates, pass }
}

test('one waits for the other', async () => {
  const { intake, dealt, pass, said } = intakeOf()
  for (const item of [1, 2, 3]) intake.take(item, 10)
  assert.deepEqual(dealt, [1])
  await pass(1)
  assert.deepEqual(dealt, [1, 2])
  await pass(2)
  await intake.idle()
  assert.deepEqual([dealt, said], [[1, 2, 3], []])
})

test('above so many nothing is read, and from half of them on again', async () => {
  const { intake, pass, said } = intakeOf()
  for (let item = 0; item < 300; item += 1) intake.take(item, 10)
  assert.deepEqual([said, intake.isFull], [['pause'], true])
  await pass(170)
  assert.deepEqual(said, ['pause'])
  await pass(2)
  assert.deepEqual([said, intake.isFull], [['pause', 'resume'], false])
})

test('and above so many bytes', async () => {
  const { intake, pass, said } = intakeOf()
  for (let item = 0; item < 5; item += 1) intake.take(item, 1_000_000)
  assert.deepEqual(said, ['pause'])
  await pass(4)
  assert.deepEqual(said, ['pause', 'resume'])
})

test('after one that failed, and after the end, nothing is dealt with', async () => {
  const { intake, dealt, gates, said } = intakeOf()
  for (const item of [1, 2]) intake.take(item, 10)
  gates.shift()?.fail(new Error('disk'))
  await intake.idle()
  intake.take(3, 10)
  assert.deepEqual([dealt, said], [[1], ['disk']])
  const other = intakeOf()
  for (const item of [1, 2]) other.intake.take(item, 10)
  other.intake.stop()
  await other.pass(1)
  await other.intake.idle()
  assert.deepEqual(other.dealt, [1])
})
