import type { CallStatus } from '../../../model/call.ts'
import type { SessionEvent } from '../../driver.ts'
import { few } from '../../network/bounded.ts'
import type { WaMessage } from '../engine/proto.ts'
import { count } from './bounded.ts'
import { partyOf } from './parties.ts'
import type { Envelope, InboundParts } from './reading.ts'
import { isGroup, isPerson, plainJid } from '../jids.ts'

type CallLog = NonNullable<WaMessage['callLogMesssage']>

/** By the protocol's numbers. */
const STATUSES: Readonly<Record<number, CallStatus>> = {
  0: 'pickUp',
  1: 'hungUp',
  2: 'invalid',
  3: 'hungUp',
  4: 'pickUp',
  5: 'pickUp',
}
const MOST_PARTICIPANTS = 64
const LONGEST_S = 30 * 86_400

/** A call that this account made, as its phone writes it into the chat when it is over. Of calls to it the network tells itself. */
export async function calledFrom(
  parts: InboundParts,
  envelope: Envelope,
  log: CallLog,
): Promise<SessionEvent | undefined> {
  const { id, fromMe, chat, chatAlt, at } = envelope
  if (!fromMe || (!isPerson(chat) && !isGroup(chat))) return undefined
  const party = await partyOf(parts, chat, chatAlt)
  const status = statusOf(log.callOutcome)
  const told = few(log.participants, MOST_PARTICIPANTS).flatMap(({ jid, callOutcome }) => {
    const plain = plainJid(jid)
    return isPerson(plain) && !parts.people.isOwn(plain) ? [{ plain, status: statusOf(callOutcome) }] : []
  })
  const participants = await Promise.all(
    told.map(async (one) => ({ id: await parts.people.chatOf(one.plain), status: one.status })),
  )
  return {
    kind: 'call',
    call: {
      ...{ id, direction: 'out', chat: party, status, at },
      ...{ isVideo: log.isVideo === true, isGroup: isGroup(chat), durationS: count(log.durationSecs, LONGEST_S) },
      participants: participants.length > 0 || isGroup(chat) ? participants : [{ id: party.id, status }],
    },
  }
}

function statusOf(outcome: number | null | undefined): CallStatus {
  return STATUSES[outcome ?? -1] ?? 'hungUp'
}
