import type { NetworkSend, Subject } from './evidence.ts'

/** What a messenger calls it that the network has taken a message. */
export function acceptedAs(subject: Subject | undefined): 'sent' | 'delivered' {
  return subject?.messenger === 'whatsapp' ? 'sent' : 'delivered'
}

/** The status that a message must have, by what the network says of it. */
export function outcomeOf({ verdict, status }: NetworkSend, accepted: 'sent' | 'delivered'): string {
  if (verdict === 'sent') return status === 'sent' ? accepted : status
  return verdict === 'refused' ? 'failed' : verdict
}

/** Names a message of an instance. */
export function place(instance: number, id: string): string {
  return `${instance} ${id}`
}
