// Truth: frames leave in the order in which they were given, each when what it waits for is done, and none after the cut.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RawSocket } from './engine/engine.ts'
import { FrameGate } from './frame-gate.ts'

const settled = () => new Promise((resolve) => setImmediate(resolve))

function rig() {
  const left: string[] = []
  let terminations = 0
  const socket: RawSocket = {
    send: (frame, done) => {
      left.push(Buffer.from(frame).toString())
      done()
    },
    terminate: () => (terminations += 1),
  }
  let waitsFor: Promise<void> | undefined
  const gate = new FrameGate(socket, () => waitsFor)
  return {
    left,
    gate,
    terminations: () => terminations,
    waitFor: (what: Promise<void> | undefined) => {
      waitsFor = what
    },
    send: (text: string) =>
      new Promise<string>((resolve) =>
        socket.send(Buffer.from(text), (trouble) => resolve(trouble?.message ?? 'left')),
      ),
  }
}

describe('the gate of frames', () => {
  test('lets pass at once what waits for nothing', () => {
    const { send, left } = rig()
    void send('a')
    assert.deepEqual(left, ['a'])
  })

  test('holds a frame until its commit is done, and those behind it', async () => {
    const { send, left, waitFor } = rig()
    let commit: () => void = () => undefined
    waitFor(new Promise((resolve) => (commit = resolve)))
    const held = send('a')
    waitFor(undefined)
    const behind = send('b')
    await settled()
    assert.deepEqual(left, [])
    commit()
    assert.deepEqual(await Promise.all([held, behind]), ['left', 'left'])
    assert.deepEqual(left, ['a', 'b'])
    void send('c')
    assert.deepEqual(left, ['a', 'b', 'c'])
  })

  test('a frame whose commit failed does not leave', async () => {
    const { send, left, waitFor } = rig()
    waitFor(Promise.reject(new Error('the disk is full')))
    assert.equal(await send('a'), 'the disk is full')
    assert.deepEqual(left, [])
  })

  test('after the cut nothing leaves, whatever waited', async () => {
    const { send, left, waitFor, gate, terminations } = rig()
    let commit: () => void = () => undefined
    waitFor(new Promise((resolve) => (commit = resolve)))
    const held = send('a')
    waitFor(undefined)
    gate.cut()
    commit()
    assert.match(await held, /cut/)
    assert.match(await send('b'), /cut/)
    assert.deepEqual(left, [])
    assert.equal(terminations(), 1)
  })
})
