import { startControl } from './control.ts'
import { startFakeMax } from './server.ts'

/**
 * A fake MAX as a process of its own, which outlives the servers that are killed beside it. Options by the environment: FAKE_MAX_PORT and
 * FAKE_MAX_CONTROL (ports; any free ones without), FAKE_MAX_RECORD (a file to which everything seen is written at once, a line of JSON each),
 * FAKE_MAX_TRACK_MS (how long a QR is good). Prints one line of JSON once it is ready: `{"url","port","control"}`, and ends with its
 * standard input, or on SIGTERM.
 */
const text = (name: string): string | undefined => (process.env[name] === '' ? undefined : process.env[name])
const number = (name: string): number | undefined => {
  const value = text(name)
  return value === undefined ? undefined : Number(value)
}

const port = number('FAKE_MAX_PORT')
const trackMs = number('FAKE_MAX_TRACK_MS')
const recordPath = text('FAKE_MAX_RECORD')
const fake = await startFakeMax({
  ...(port !== undefined && { port }),
  ...(trackMs !== undefined && { settings: { trackMs } }),
  ...(recordPath !== undefined && { recordPath }),
})
const control = await startControl(fake, number('FAKE_MAX_CONTROL'))

const stop = async () => {
  await control.close()
  await fake.close()
  process.exit(0)
}
process.on('SIGTERM', () => void stop())
process.on('SIGINT', () => void stop())
process.stdin.on('end', () => void stop()).resume()

process.stdout.write(`${JSON.stringify({ url: fake.url, port: fake.port, control: control.port })}\n`)
