import type { Clock } from '../../lib/clock.ts'
import type { Credentials } from './credentials.ts'
import type { Link } from './link.ts'

const LOGOUT_MS = 5_000

/** Unlinks a device, best effort: resolves when the network has forgotten it, or could not be reached. */
export function logOut(link: Link, clock: Clock, { device, key }: Credentials): Promise<void> {
  return new Promise((resolve) => {
    const over = () => {
      timer.cancel()
      link.detach(channel)
      resolve()
    }
    const timer = clock.after(LOGOUT_MS, over)
    const channel = link.attach({ received: over, lost: over })
    link.send({ t: 'logout', channel, device, key })
  })
}
