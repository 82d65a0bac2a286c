import { DONE, type Answers, type AskParts } from './asking.ts'
import type { AskOf } from './asks.ts'
import type { OpenDevice } from './device-channels.ts'
import type { Device } from './devices.ts'
import { Trouble } from './trouble.ts'

/** A picture may change once in so long. */
const PICTURE_PERIOD_MS = 10_000

function setPicture({ file }: AskOf<'profile.setPicture'>, device: Device, parts: AskParts): null | Trouble {
  const { messenger, phone } = device
  const now = parts.clock.now()
  const { pictureSetAt } = parts.accounts.get(messenger, phone)
  if (now >= pictureSetAt && now - pictureSetAt < PICTURE_PERIOD_MS)
    return new Trouble('rateLimited', 'the picture was changed a moment ago')
  if (!parts.files.touch(file.sha256)) return new Trouble('notFound', 'the picture is not on the network')
  parts.accounts.set(messenger, phone, { picture: { sha256: file.sha256, size: file.size }, pictureSetAt: now })
  parts.feed.publish(messenger, phone, () => ({ kind: 'phone' }))
  return DONE
}

function setPresence(open: OpenDevice, isOnline: boolean, parts: AskParts): null {
  const { messenger, phone } = open.device
  if (!parts.presence.set(open, isOnline)) return DONE
  parts.accounts.set(messenger, phone, { lastSeen: parts.clock.now() })
  parts.feed.publish(messenger, phone, () => ({ kind: 'phone' }))
  return DONE
}

export const profileAnswers: Answers<'profile.picture' | 'profile.setPicture' | 'profile.presence'> = {
  'profile.picture': (_ask, { device }, { accounts }) => {
    const { picture } = accounts.get(device.messenger, device.phone)
    return picture === null ? { kind: 'none' } : { kind: 'shown', file: picture }
  },
  'profile.setPicture': (ask, { device }, parts) => setPicture(ask, device, parts),
  'profile.presence': (ask, open, parts) => setPresence(open, ask.isOnline, parts),
}
