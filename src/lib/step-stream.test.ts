// Truth: the contract of a login's steps: only what is still true is shown, and the end is always told.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StepStream } from './step-stream.ts'

async function read<Step>(stream: StepStream<Step>): Promise<Step[]> {
  const steps: Step[] = []
  for await (const step of stream) steps.push(step)
  return steps
}

test('a slow reader sees the last of what was shown, and the end', async () => {
  const stream = new StepStream<string>()
  stream.show('first')
  stream.show('second')
  stream.end('done')
  stream.show('late')
  stream.end('again')
  assert.deepEqual(await read(stream), ['second', 'done'])
  assert.ok(stream.isOver)
})

test('a reader who waits sees each one as it comes', async () => {
  const stream = new StepStream<number>()
  const all = read(stream)
  for (const step of [1, 2, 3]) {
    await new Promise(setImmediate)
    stream.show(step)
  }
  await new Promise(setImmediate)
  stream.end(4)
  assert.deepEqual(await all, [1, 2, 3, 4])
})
