import type { EpochMs } from '../../model/ids.ts'
import type { ChatId } from '../../model/ids.ts'
import type { LinkedAccount } from '../../model/instance.ts'
import type { Change } from '../driver.ts'
import { bytesOfSync, SYNC, TOKEN } from './credentials.ts'
import { DEVICE_ID } from './identity.ts'
import { STANDING } from './inbound/standing.ts'
import { wholeName } from './names.ts'
import type { LoginAnswer } from './wire/opcodes.ts'

/** What is kept of a link with the steps of its life. */

/** The device was linked: who it is, and with what it logs in. Nothing that was kept of a link before has a part in it. */
export function linkedBy(answer: LoginAnswer, token: string, deviceId: string, at: EpochMs): Change {
  const secrets = new Map<string, Uint8Array | null>([
    [TOKEN, Buffer.from(answer.token ?? token)],
    [DEVICE_ID, Buffer.from(deviceId)],
    [SYNC, null],
    [STANDING, null],
  ])
  return { secrets, events: [{ kind: 'linked', account: accountOf(answer, deviceId), at }] }
}

/** A token that the network gave in the place of an aged one; null: it gave none. */
export function renewedBy({ token }: LoginAnswer, before: string): Change | null {
  return token === undefined || token === '' || token === before
    ? null
    : { secrets: new Map([[TOKEN, Buffer.from(token)]]) }
}

/** From where the next login goes on, once all is kept that this one has brought; null: the network did not say. */
export function syncedBy({ time, config }: LoginAnswer): Change | null {
  if (time === undefined) return null
  const configHash = config?.hash
  return { secrets: new Map([[SYNC, bytesOfSync({ time, ...(configHash !== undefined && { configHash }) })]]) }
}

/** The link is no more, or the network keeps the account from it. */
export function endedBy(how: 'unlinked' | 'blocked', at: EpochMs): Change {
  if (how === 'blocked') return { events: [{ kind: 'restricted', state: 'blocked', at }] }
  return {
    secrets: new Map([
      [TOKEN, null],
      [SYNC, null],
    ]),
    events: [{ kind: 'unlinked', at }],
  }
}

function accountOf({ profile }: LoginAnswer, deviceId: string): LinkedAccount {
  const { id, names = [], phone = '' } = profile.contact
  const [own] = names
  const called = wholeName(own)
  const wid = `${phone === '' ? id : phone}@c.us`
  return { wid, pushName: called === '' ? phone : called, phone, deviceId, chat: id as ChatId }
}
