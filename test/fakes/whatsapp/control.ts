import { serveControl, type Control } from '../control.ts'
import { controlRoutes } from './control-routes.ts'
import type { World } from './world.ts'

/** Serves the control API of a fake WhatsApp; bytes are base64 in it. */
export function startControl(world: World, port = 0): Promise<Control> {
  return serveControl(
    controlRoutes(world),
    (value) => (value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value),
    port,
  )
}
