import type { WaMessage } from '../engine/proto.ts'

/** Envelopes in which messages come: they vanish, are seen once, carry a caption, were edited … The message is what is in them. */
const WRAPPERS = [
  'ephemeralMessage',
  'viewOnceMessage',
  'viewOnceMessageV2',
  'viewOnceMessageV2Extension',
  'documentWithCaptionMessage',
  'editedMessage',
  'lottieStickerMessage',
  'pollCreationMessageV4',
  'groupMentionedMessage',
  'botInvokeMessage',
  'associatedChildMessage',
  'groupStatusMessage',
  'groupStatusMessageV2',
  'statusMentionMessage',
] as const satisfies readonly (keyof WaMessage)[]

/** Deeper ones are nobody's. */
const DEEPEST = 8

export interface Unwrapped {
  readonly message: WaMessage
  /** Whom an own message of another device was for; undefined for any other. */
  readonly destination: string | undefined
  /** The secret of the message or of what it came in. */
  readonly secret: Uint8Array | undefined
}

export function unwrap(outer: WaMessage): Unwrapped {
  let message = outer
  let destination: string | undefined
  let secret = secretOf(outer)
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    if (message.deviceSentMessage) destination ??= message.deviceSentMessage.destinationJid ?? ''
    const inner = innerOf(message)
    if (inner === undefined) break
    message = inner
    secret = secretOf(inner) ?? secret
  }
  return { message, destination, secret }
}

function innerOf(message: WaMessage): WaMessage | undefined {
  if (message.deviceSentMessage?.message) return message.deviceSentMessage.message
  for (const name of WRAPPERS) {
    const inner = message[name]?.message
    if (inner) return inner
  }
  return undefined
}

function secretOf(message: WaMessage): Uint8Array | undefined {
  const secret = message.messageContextInfo?.messageSecret
  return secret instanceof Uint8Array && secret.length > 0 ? secret : undefined
}
