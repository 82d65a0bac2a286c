import { MadeLife } from './made-life.ts'
import type { Verdict } from '../../src/drivers/driver.ts'
import { newDraft } from '../../src/drivers/whatsapp/life.ts'
import { Outbound, type OutboundOptions } from '../../src/drivers/whatsapp/outbound/outbound.ts'
import { Standing } from '../../src/drivers/whatsapp/standing.ts'
import type { Content } from '../../src/model/content.ts'
import type { FaultCode } from '../../src/model/fault.ts'
import type { ChatId, MessageId } from '../../src/model/ids.ts'
import type { OutgoingMessage } from '../../src/model/message.ts'

export const PEER = '79001000002@c.us' as ChatId
export const PEER_JID = '79001000002@s.whatsapp.net'
export const ID = '3EB0A1' as MessageId
const TEXT: Content = { kind: 'text', text: 'hello' }

/** What a session sends with, in a life around a socket that nobody is behind. */
export interface Rig {
  readonly made: MadeLife
  readonly outbound: Outbound
  readonly standing: Standing
  readonly send: (message?: Partial<OutgoingMessage>, id?: MessageId, signal?: AbortSignal) => Promise<Verdict>
}

export async function rig(options: Partial<OutboundOptions> = {}, kept?: Map<string, Uint8Array>): Promise<Rig> {
  const made = await MadeLife.open(kept)
  const standing = new Standing(made.life)
  const outbound = new Outbound(made.life, standing, { firstContactsPerDay: 0, sendsButtons: true, ...options })
  const send: Rig['send'] = (message = {}, id = ID, signal = new AbortController().signal) =>
    outbound.send(id, { chat: PEER, content: TEXT, ...message }, signal)
  return { made, outbound, standing, send }
}

export function codeOf(verdict: Verdict): FaultCode | undefined {
  return verdict.ok ? undefined : verdict.fault.fault
}

export function messageOf(verdict: Verdict): string {
  return verdict.ok ? '' : verdict.fault.message
}

/** The server answers everything that is written, with an error or none. */
export function answering({ made }: Rig, error?: string): void {
  made.relaying = ({ options }) => {
    setImmediate(() => made.ack(options.messageId, error === undefined ? {} : { error }))
  }
}

/** Somebody is in the address book. */
export async function hasContact({ made }: Rig): Promise<void> {
  const draft = newDraft()
  await made.life.directory.noteContact(PEER_JID, { contactName: 'Peer' }, draft)
  await made.life.store.commit(draft)
}
