import { readFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

/**
 * To be imported before anything else: the time of day is off by as many milliseconds as the file CLOCK_FILE says, which is read again at
 * SIGUSR2. Timers and `performance` go on as they are.
 */
const RealDate = Date
const file = process.env['CLOCK_FILE'] ?? ''
let offsetMs = read()

function read(): number {
  try {
    return Number(readFileSync(file, 'utf8'))
  } catch {
    return 0
  }
}

globalThis.Date = new Proxy(RealDate, {
  get: (target, name): unknown => (name === 'now' ? () => target.now() + offsetMs : Reflect.get(target, name)),
  construct: (target, args, newTarget): Date => {
    const all = args.length === 0 ? [target.now() + offsetMs] : args
    return Reflect.construct(target, all, newTarget) as Date
  },
})

if (isMainThread) {
  process.on('SIGUSR2', () => {
    offsetMs = read()
  })
}
