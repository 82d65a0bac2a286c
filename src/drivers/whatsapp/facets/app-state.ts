import type { Fault } from '../../../model/fault.ts'
import type { Life } from '../life.ts'
import { within } from '../../network/within.ts'
import { NO_KEY } from './trouble.ts'

/** How long the phone may take to send the keys after it was linked. */
const KEYS_MS = 20_000

/** Changes what all devices of the account share, once this one has the keys for it. */
export async function changeShared(life: Life, change: () => Promise<void>): Promise<Fault | undefined> {
  if (!(await haveKeys(life))) return NO_KEY
  await change()
  return undefined
}

async function haveKeys(life: Life): Promise<boolean> {
  const { creds } = life.socket.authState
  if (creds.myAppStateKeyId !== undefined) return true
  let stop: () => void = () => undefined
  const come = new Promise<void>((resolve) => {
    stop = life.socket.ev.process((events) => {
      const update = events['creds.update']
      if (creds.myAppStateKeyId !== undefined || (update !== undefined && 'myAppStateKeyId' in update)) resolve()
    })
  })
  try {
    await within(life, KEYS_MS, come)
  } finally {
    stop()
  }
  return (creds.myAppStateKeyId as string | undefined) !== undefined
}
