import { startControl } from './control.ts'
import { startWorld } from './world.ts'

/**
 * A fake WhatsApp as a process of its own. Options by the environment: FAKE_WHATSAPP_PORT and FAKE_WHATSAPP_CONTROL (ports; any free ones
 * without), FAKE_WHATSAPP_REF_MS (how long a code for linking is good). Prints one line of JSON once it is ready:
 * `{"url","port","tls","control","environment"}` (the last: what a child process with the preload needs), and ends with its standard input, or on SIGTERM.
 */
const number = (name: string): number | undefined => {
  const value = process.env[name]
  return value === undefined || value === '' ? undefined : Number(value)
}

const port = number('FAKE_WHATSAPP_PORT')
const refMs = number('FAKE_WHATSAPP_REF_MS')
const world = await startWorld({
  ...(port !== undefined && { port }),
  ...(refMs !== undefined && { refPeriods: { firstMs: refMs, nextMs: refMs } }),
})
const control = await startControl(world, number('FAKE_WHATSAPP_CONTROL'))

const stop = async () => {
  await control.close()
  await world.close()
  process.exit(0)
}
process.on('SIGTERM', () => void stop())
process.on('SIGINT', () => void stop())
process.stdin.on('end', () => void stop()).resume()

const { fake } = world
const line = { url: fake.url, port: fake.port, tls: fake.tls, control: control.port, environment: fake.environment() }
process.stdout.write(`${JSON.stringify(line)}\n`)
