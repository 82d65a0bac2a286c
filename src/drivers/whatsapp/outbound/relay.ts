import { fault, isFault, retryOf, type Fault } from '../../../model/fault.ts'
import type { MessageId } from '../../../model/ids.ts'
import { onAbort } from '../../network/on-abort.ts'
import { maskedTrouble } from '../engine/log.ts'
import type { Draft, Life } from '../life.ts'
import type { Acks, Judged } from './acks.ts'
import type { Composed } from './composer.ts'
import type { Recipients } from './recipients.ts'
import { troubleOf } from './refusals.ts'

/** A message that is ready to leave. */
export interface Ready {
  readonly id: MessageId
  readonly to: Recipients
  readonly composed: Composed
  /** What must be durable before it leaves. */
  readonly draft: Draft
  /** Called when the writing is over: from then on, nothing of it leaves that has not left. */
  readonly written: () => void
}

const GIVEN_UP = fault('unconfirmed', 'stopped before WhatsApp answered')

/** Writes a message and waits for the server's word on it. What comes after that was given up is told to `late`. */
export async function relay(
  life: Life,
  acks: Acks,
  ready: Ready,
  signal: AbortSignal,
  late: (judged: Judged) => void,
): Promise<Judged> {
  const { id, to } = ready
  const acked = acks.wait({ id, jid: to.jid, late })
  const troubled = write(life, ready)
    .finally(ready.written)
    .then<Judged | Fault>((trouble) => trouble ?? acked)
  const stopped = onAbort(signal)
  try {
    const ended = await Promise.race([acked, troubled, stopped.aborted])
    const first = ended === 'aborted' ? GIVEN_UP : ended
    if (!isFault(first)) return first
    acks.giveUp(id, retryOf(first) === 'unsure')
    return { verdict: { ok: false, fault: first } }
  } finally {
    stopped.off()
  }
}

/** Undefined when the frame was written. A trouble is `unsure` where it may have been. */
async function write(life: Life, { id, to, composed, draft }: Ready): Promise<Fault | undefined> {
  const { message, attributes, nodes } = composed
  const progress = { isWritten: false }
  try {
    // One commit with the ratchet step; the frame waits until that is durable.
    await life.store.transaction(async () => {
      life.store.stage(draft)
      await life.socket.relayMessage(to.jid, message, {
        messageId: id,
        additionalAttributes: { ...attributes },
        additionalNodes: [...nodes],
        ...(to.readers !== undefined && { statusJidList: to.readers }),
      })
      progress.isWritten = true
    })
    return undefined
  } catch (error) {
    const { host } = life
    host.log.warn(
      { idInstance: host.instance, idMessage: id, error: maskedTrouble(error) },
      'a message could not be written',
    )
    return progress.isWritten
      ? fault('unconfirmed', 'it is not known whether the message left')
      : troubleOf(error, to.jid)
  }
}
