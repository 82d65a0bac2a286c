import Type from 'typebox'
import { Compile } from 'typebox/compile'

const Body = Compile(
  Type.Object({
    typeWebhook: Type.String(),
    idMessage: Type.Optional(Type.String()),
    status: Type.Optional(Type.String()),
    stateInstance: Type.Optional(Type.String()),
  }),
)

/** What a notification tells, whatever its receipt: `incomingMessageReceived 3EB0…`, `outgoingMessageStatus 3EB0… sent`. */
export function noticeOf(body: string): string {
  const { typeWebhook, idMessage, status, stateInstance } = Body.Parse(JSON.parse(body))
  return [typeWebhook, idMessage, status, stateInstance].filter((part) => part !== undefined).join(' ')
}

/** The notification that an event of the network must become, where it is one to be told. */
export function noticeOfEvent(event: {
  readonly kind: string
  readonly detail: string
  readonly idMessage: string | null
}): string {
  const { kind, detail, idMessage } = event
  if (kind === 'status') return `outgoingMessageStatus ${String(idMessage)} ${detail}`
  if (kind === 'call') return `incomingCall ${String(idMessage)} ${detail}`
  return `${detail === 'in' ? 'incomingMessageReceived' : 'outgoingMessageReceived'} ${String(idMessage)}`
}
