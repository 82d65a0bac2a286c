/** How often a message was forwarded, as the wire says it of everything that can be forwarded. */
export interface Forwarding {
  readonly forwardingScore: number
  readonly isForwarded: boolean
}

export function forwarding(content: { readonly forwardingScore?: number }): Forwarding {
  const forwardingScore = content.forwardingScore ?? 0
  return { forwardingScore, isForwarded: forwardingScore > 0 }
}
