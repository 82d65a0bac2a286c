import { fault, type Fault } from '../../model/fault.ts'
import type { Verdict } from '../driver.ts'

/** The session ends, or nobody wants it sent any more; nothing has left. */
export const STOPPED = fault('notConnected', 'stopped before the message was sent')

export function failed(trouble: Fault): Verdict {
  return { ok: false, fault: trouble }
}

/** The status of a message that was refused after its sender had heard that it is unsure. */
export function refusedStatus({ fault: what, message }: Fault) {
  if (what === 'noAccount' || what === 'notInGroup') return { status: what } as const
  return { status: 'failed', description: message } as const
}
