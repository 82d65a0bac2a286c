import { fault, type Fault } from '../../../model/fault.ts'
import type { MessageId } from '../../../model/ids.ts'
import type { BinaryNode } from '../engine/engine.ts'
import { isGroup, isPerson } from '../jids.ts'
import type { Life } from '../life.ts'
import { refusalOf } from '../outbound/refusals.ts'
import { noteSent } from '../outbound/sent-messages.ts'
import { within } from '../../network/within.ts'
import { keep } from './asking.ts'
import { NO_ANSWER } from './trouble.ts'

/** A setting of the protocol, as against what is said. */
const EPHEMERAL_SETTING = 3
const ACK = 'CB:ack,class:message'
const ACK_MS = 20_000

/** Sets after how many seconds messages of a chat vanish; 0: never. */
export async function setVanishing(life: Life, jid: string, seconds: number): Promise<Fault | undefined> {
  if (isGroup(jid)) await life.socket.groupToggleEphemeral(jid, seconds)
  else if (!isPerson(jid)) return fault('invalid', 'messages of this chat can not vanish')
  // It is told by a message, and nobody is written to for the first time by way of a setting.
  else if ((await life.directory.chat(jid)) === null) return fault('notFound', 'no message of this chat is known')
  else {
    const refused = await tellPerson(life, jid, seconds)
    if (refused !== undefined) return refused
  }
  const change = { ephemeralS: seconds, ephemeralSetAt: life.host.clock.now() }
  await keep(life, (draft) => life.directory.noteChat(jid, change, draft))
  return undefined
}

/** Both sides keep it, so that the other one is told by a message; it counts when the server took it. */
async function tellPerson(life: Life, jid: string, seconds: number): Promise<Fault | undefined> {
  const messageId = `3EB0${life.host.random.bytes(9).toString('hex').toUpperCase()}` as MessageId
  const message = { protocolMessage: { type: EPHEMERAL_SETTING, ephemeralExpiration: seconds } }
  await keep(life, (draft) => {
    noteSent(life, messageId, jid, message, draft)
    return Promise.resolve()
  })
  const { ws } = life.socket
  let hear: (node: BinaryNode) => void = () => undefined
  const acked = new Promise<BinaryNode>((resolve) => {
    hear = (node) => {
      if (node.attrs['id'] === messageId) resolve(node)
    }
    ws.on(ACK, hear)
  })
  try {
    await life.socket.relayMessage(jid, message, { messageId })
    const ack = await within(life, ACK_MS, acked)
    if (ack === undefined) return NO_ANSWER
    const error = ack.attrs['error']
    return error === undefined ? undefined : refusalOf(error, jid)
  } finally {
    ws.off(ACK, hear)
  }
}
