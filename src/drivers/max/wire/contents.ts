import { wireId, type WireMap } from './values.ts'

/** What messages are made of on their way out. Ids are decimal digits. */

export interface Format {
  readonly type: 'STRONG' | 'EMPHASIZED' | 'UNDERLINE' | 'STRIKETHROUGH' | 'MONOSPACED' | 'LINK'
  /** In UTF-16 units. */
  readonly from: number
  readonly length: number
  /** Of a link. */
  readonly url?: string
}

/** What is attached, after its file was handed over where it has one. */
export type OutgoingAttach =
  | { readonly kind: 'photo'; readonly token: string }
  | { readonly kind: 'file'; readonly fileId: string }
  | { readonly kind: 'video'; readonly videoId: string; readonly token: string }
  /** `wave`: 80 heights of its plot. */
  | {
      readonly kind: 'voice'
      readonly audioId: string
      readonly token: string
      readonly durationMs: number
      readonly wave: Uint8Array
    }
  | { readonly kind: 'contact'; readonly contactId: string }
  | { readonly kind: 'location'; readonly latitude: number; readonly longitude: number }
  | {
      readonly kind: 'poll'
      readonly title: string
      readonly answers: readonly string[]
      readonly isAnonymous: boolean
      readonly multipleAnswers: boolean
    }
  /** A new group: a message to no chat yet. */
  | { readonly kind: 'newGroup'; readonly title: string; readonly userIds: readonly string[] }

export type OutgoingLink =
  | { readonly kind: 'reply'; readonly messageId: string }
  | { readonly kind: 'forward'; readonly messageId: string; readonly chatId: string }

export interface OutgoingText {
  readonly text: string
  readonly formats?: readonly Format[]
}

export interface Outgoing extends Partial<OutgoingText> {
  /** By it the network recognises the same message when it comes again; a time in milliseconds that never repeats. */
  readonly cid: number
  readonly attaches?: readonly OutgoingAttach[]
  readonly link?: OutgoingLink
}

/** A message; a forwarded one has no text of its own. */
export function messageOf({ text, formats, cid, attaches, link }: Outgoing): WireMap {
  return {
    text,
    cid,
    elements: elementsOf(formats),
    attaches: (attaches ?? []).map(attachOf),
    link: link === undefined ? undefined : linkOf(link),
  }
}

export function elementsOf(formats: readonly Format[] = []): WireMap[] {
  return formats.map(({ type, from, length, url }) => ({
    ...{ type, from, length },
    attributes: url === undefined ? undefined : { url },
  }))
}

function linkOf(link: OutgoingLink): WireMap {
  const messageId = wireId(link.messageId)
  if (link.kind === 'reply') return { type: 'REPLY', messageId }
  return { type: 'FORWARD', messageId, chatId: wireId(link.chatId) }
}

/** What a setting counts in the sum of a poll's. */
const POLL = { isAnonymous: 1, multipleAnswers: 2 } as const

export function attachOf(attach: OutgoingAttach): WireMap {
  switch (attach.kind) {
    case 'photo':
      return { _type: 'PHOTO', photoToken: attach.token }
    case 'file':
      return { _type: 'FILE', fileId: wireId(attach.fileId) }
    case 'video':
      return { _type: 'VIDEO', videoId: wireId(attach.videoId), token: attach.token, videoType: 0 }
    case 'voice':
      return {
        ...{ _type: 'AUDIO', audioId: wireId(attach.audioId), token: attach.token },
        ...{ duration: attach.durationMs, wave: attach.wave },
      }
    case 'contact':
      return { _type: 'CONTACT', contactId: wireId(attach.contactId) }
    case 'location':
      return { _type: 'LOCATION', latitude: attach.latitude, longitude: attach.longitude }
    case 'poll':
      return {
        ...{ _type: 'POLL', title: attach.title, answers: attach.answers.map((text) => ({ text })) },
        settings: (attach.isAnonymous ? POLL.isAnonymous : 0) | (attach.multipleAnswers ? POLL.multipleAnswers : 0),
      }
    case 'newGroup':
      return {
        ...{ _type: 'CONTROL', event: 'new', chatType: 'CHAT', title: attach.title },
        userIds: attach.userIds.map(wireId),
      }
    default:
      return attach satisfies never
  }
}
