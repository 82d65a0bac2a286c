import { startControl } from './control.ts'
import { startWorld } from './world.ts'

/**
 * A fake WhatsApp as a process of its own. Options by the environment: FAKE_WHATSAPP_PORT and FAKE_WHATSAPP_CONTROL (ports; any free ones
 * without), FAKE_WHATSAPP_REF_MS (how long a code for linking is good). Prints one line of JSON once it is ready:
 * `{"url","port","tls","control"}`, and ends with its standard input, or on SIGTERM.
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

const { url, port: webSocketPort, tls } = world.fake
process.stdout.write(`${JSON.stringify({ url, port: webSocketPort, tls, control: control.port })}\n`)
