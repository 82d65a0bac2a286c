import { deflateSync } from 'node:zlib'
import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { checkedJson } from '../../../lib/checked-json.ts'
import type { EpochMs, MessageId } from '../../../model/ids.ts'
import type { Note } from '../../driver.ts'
import type { BinaryNode, Engine } from '../engine/engine.ts'
import type { HistoryNotification, WaMessage } from '../engine/proto.ts'
import { plainJid } from '../jids.ts'
import type { People } from '../life.ts'
import { count } from './bounded.ts'
import { PAST_WAITS_MS } from './recent-past.ts'
import { unwrap } from './unwrap.ts'

/** Where a piece of the past lies, from when our phone says so until all of it is kept: `history|<id of the message that said it>`. */
export const PAST_NOTICES = 'history|'

/** Of the protocol's kinds of messages. */
const HISTORY_SYNC_NOTIFICATION = 5
/** Of the protocol's kinds of history: everything that was ever said. */
export const FULL_HISTORY = 2
/** `PROCESSABLE_HISTORY_TYPES` of the engine, without the full one. */
const WANTED: ReadonlySet<number> = new Set([0, 1, 3, 4, 5, 6])

const PastNotice = Type.Object({
  /** When the phone told it. */
  at: Type.Number(),
  /** How often it could not be fetched. */
  tries: Type.Integer(),
  kind: Type.Integer(),
  /** base64 of the piece itself; else it is on the media servers. */
  inline: Type.Optional(Type.String()),
  directPath: Type.Optional(Type.String()),
  /** base64. */
  mediaKey: Type.Optional(Type.String()),
  /** Hex; of the packed piece, as its size. */
  sha256: Type.Optional(Type.String()),
  size: Type.Optional(Type.Number()),
})
export type PastNotice = Static<typeof PastNotice>

const pastNotice = Compile(PastNotice)

/** Null for what is none of ours. */
export function readNotice(kept: Uint8Array): PastNotice | null {
  return checkedJson(pastNotice, kept)
}

export function noteOfNotice(notice: PastNotice): Note {
  return { value: Buffer.from(JSON.stringify(notice)), until: notice.at + PAST_WAITS_MS }
}

/** What a message of our own account says of a piece of the past that we want. */
export function noticeIn(message: WaMessage, id: MessageId, now: EpochMs): readonly [string, Note] | undefined {
  const told = toldIn(message)
  if (told === undefined) return undefined
  const { initialHistBootstrapInlinePayload: inline, mediaKey, fileSha256, directPath } = told
  const notice: PastNotice = {
    ...{ at: now, tries: 0, kind: told.syncType ?? 0 },
    ...(inline && inline.length > 0 && { inline: base64(inline) }),
    ...(directPath && { directPath }),
    ...(mediaKey && { mediaKey: base64(mediaKey) }),
    ...(fileSha256 && { sha256: Buffer.from(fileSha256).toString('hex') }),
    ...(told.fileLength && { size: count(told.fileLength) }),
  }
  return [`${PAST_NOTICES}${id}`, noteOfNotice(notice)]
}

/**
 * What the engine is given of what was decrypted. It would acknowledge a piece of the past before it fetches it, and tell it once: it gets
 * an empty piece in its place, with which it does what follows from that, and the piece itself is fetched by `past-intake.ts`.
 */
export function withoutPast(
  { engine, people }: { readonly engine: Engine; readonly people: People },
  { attrs }: BinaryNode,
  plain: Uint8Array,
): Uint8Array | undefined {
  if (!people.isOwn(plainJid(attrs['from']))) return undefined
  const message = decoded(engine, plain)
  const told = message === null ? undefined : toldIn(message)
  if (message === null || told === undefined) return undefined
  for (const name of ['mediaKey', 'directPath', 'fileSha256', 'fileLength'] as const) Reflect.deleteProperty(told, name)
  const nothing = engine.proto.HistorySync.fromObject({ syncType: told.syncType ?? 0 })
  told.initialHistBootstrapInlinePayload = deflateSync(engine.proto.HistorySync.encode(nothing).finish())
  return engine.proto.Message.encode(message).finish()
}

function toldIn(message: WaMessage): HistoryNotification | undefined {
  const { protocolMessage } = unwrap(message).message
  const told = protocolMessage?.historySyncNotification
  return protocolMessage?.type === HISTORY_SYNC_NOTIFICATION && told && WANTED.has(told.syncType ?? 0)
    ? told
    : undefined
}

function decoded({ proto }: Engine, plain: Uint8Array): WaMessage | null {
  try {
    return proto.Message.decode(plain)
  } catch {
    return null
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
