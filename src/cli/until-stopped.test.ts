// Truth: the contract of stopping: close once, exit 0 when closed, 1 when it failed or took over 10 s.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { untilStopped } from './until-stopped.ts'

interface Scene {
  readonly signals: EventEmitter
  readonly exits: number[]
  readonly timers: { delayMs: number; callback: () => void; cancelled: boolean }[]
  closes: number
}

function scene(close: () => Promise<void>, leaveMs = 0): Scene {
  const scene: Scene = { signals: new EventEmitter(), exits: [], timers: [], closes: 0 }
  const clock: Clock = {
    now: () => 0,
    after: (delayMs, callback) => {
      const timer = { delayMs, callback, cancelled: false }
      scene.timers.push(timer)
      return {
        cancel: () => {
          timer.cancelled = true
        },
      }
    },
  }
  const service = {
    ...(leaveMs > 0 && { leaveMs }),
    close: () => {
      scene.closes += 1
      return close()
    },
  }
  const process = {
    on: (signal: string, listener: () => void) => scene.signals.on(signal, listener),
    exit: (code: number) => scene.exits.push(code),
  }
  untilStopped(service, silentLog, clock, process)
  return scene
}

test('the first signal closes once and exits 0, later ones do nothing', async () => {
  const { signals, exits, timers, ...rest } = scene(() => Promise.resolve())
  assert.equal(rest.closes, 0)
  signals.emit('SIGINT')
  signals.emit('SIGINT')
  signals.emit('SIGTERM')
  await setImmediate()
  assert.deepEqual(exits, [0])
  assert.deepEqual(
    timers.map((timer) => timer.cancelled),
    [true],
  )
})

test('close is called once however many signals come', () => {
  const it = scene(() => new Promise(() => undefined))
  it.signals.emit('SIGTERM')
  it.signals.emit('SIGINT')
  assert.equal(it.closes, 1)
})

test('a failing close exits 1', async () => {
  const it = scene(() => Promise.reject(new Error('no')))
  it.signals.emit('SIGTERM')
  await setImmediate()
  assert.deepEqual(it.exits, [1])
})

test('a service that hands over has so much longer', () => {
  const it = scene(() => new Promise(() => undefined), 60_000)
  it.signals.emit('SIGTERM')
  assert.equal(it.timers[0]?.delayMs, 70_000)
})

test('a close that hangs is cut off after 10 s', async () => {
  const it = scene(() => new Promise(() => undefined))
  it.signals.emit('SIGTERM')
  await setImmediate()
  assert.deepEqual(it.exits, [])
  assert.equal(it.timers[0]?.delayMs, 10_000)
  it.timers[0].callback()
  assert.deepEqual(it.exits, [1])
})

const WAITS = `
  import { silentLog } from '${new URL('../lib/log.js', import.meta.url).href}'
  import { systemClock, wakefulClock } from '${new URL('../lib/clock.js', import.meta.url).href}'
  import { untilStopped } from '${new URL('./until-stopped.js', import.meta.url).href}'
  const close = () => new Promise((resolve) => systemClock.after(50, resolve))
  untilStopped({ close }, silentLog, wakefulClock, process)
  process.emit('SIGTERM')
`

test('a close that waits by timers alone, with nothing open any more, comes to its end', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', WAITS], { stdio: 'inherit' })
  assert.deepEqual(await once(child, 'exit'), [0, null])
})
