import { serveControl, type Control } from '../control.ts'
import { controlRoutes } from './control-routes.ts'
import type { FakeMax } from './server.ts'

/** Serves the control API of a fake MAX; ids are texts in it. */
export function startControl(fake: FakeMax, port = 0): Promise<Control> {
  return serveControl(controlRoutes(fake), (value) => (typeof value === 'bigint' ? String(value) : value), port)
}
