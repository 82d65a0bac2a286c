import type { Evidence } from './evidence.ts'

/** Evidence that a test may change. */
export type Draft = { -readonly [Key in keyof Evidence]: Evidence[Key] }

export const POLLER = { id: 1, token: 'a', messenger: 'whatsapp', phone: '79001', way: 'poll' } as const
export const HOOKED = { id: 2, token: 'b', messenger: 'whatsapp', phone: '79002', way: 'webhook' } as const

export const body = (typeWebhook: string, idMessage: string, status?: string) =>
  JSON.stringify({ typeWebhook, idMessage, status })
export const announced = (id: string) => body('outgoingAPIMessageReceived', id)
export const told = (id: string, status: string) => body('outgoingMessageStatus', id, status)

const NOTED = { instance: 1, sender: '1', keyed: false, mustFail: false, sha256: null, acknowledged: true } as const
const send = (turn: number, id: string) =>
  ({ ...NOTED, turn, kind: 'text', text: `text ${id}`, mark: `text ${id}`, target: null, answers: [id] }) as const
const change = (turn: number, kind: 'edit' | 'deletion', mark: string, target: string) =>
  ({ ...NOTED, turn, kind, text: `${kind} of ${target}`, mark, target, answers: [] }) as const
export const atNetwork = (order: number, id: string) =>
  ({
    order,
    from: '79001',
    id,
    kind: 'text',
    text: `text ${id}`,
    verdict: 'sent',
    offered: 1,
    status: 'delivered',
  }) as const
export const event = (order: number, phone: string, kind: string, detail: string, idMessage: string) =>
  ({ order, phone, kind, detail, idMessage, acknowledged: true }) as const
const ROW = { chat: '7@c.us', shelf: 'message', description: '', at: 1, isEdited: false, isDeleted: false } as const
export const stored = (instance: number, id: string, byApi: boolean) => ({
  ...ROW,
  instance,
  id,
  byApi,
  direction: byApi ? 'out' : 'in',
  status: byApi && 'EF'.includes(id) ? 'sent' : 'delivered',
  kind: 'text',
  mark: byApi ? `text ${id}` : '',
  target: null,
  sha256: null,
})

/** Two sends of one instance, which polls, the first edited, the second taken back; and two messages to another, which takes webhooks. */
export function kept(): Draft {
  const polled = [
    announced('A'),
    told('A', 'sent'),
    told('A', 'delivered'),
    announced('B'),
    told('B', 'sent'),
    told('B', 'delivered'),
    announced('E'),
    announced('F'),
  ]
  const hooked = ['C', 'D'].map((id) => body('incomingMessageReceived', id))
  return {
    subjects: [POLLER, HOOKED],
    sends: [send(1, 'A'), send(2, 'B'), change(3, 'edit', 'text E', 'A'), change(4, 'deletion', 'deletion of B', 'B')],
    deliveries: [
      ...polled.map((text, index) => ({ instance: 1, receiptId: index + 1, body: text, removed: true })),
      ...hooked.map((text) => ({ instance: 2, receiptId: null, body: text, removed: false })),
    ],
    network: {
      sends: [
        ...[atNetwork(1, 'A'), atNetwork(2, 'B')],
        ...[
          { ...atNetwork(3, 'E'), status: 'sent' },
          { ...atNetwork(4, 'F'), text: '[deleted]', status: 'sent' },
        ],
      ],
      events: [
        ...[event(1, '79001', 'status', 'delivered', 'A'), event(2, '79001', 'status', 'delivered', 'B')],
        ...[event(3, '79002', 'message', 'in', 'C'), event(4, '79002', 'message', 'in', 'D')],
      ],
    },
    store: {
      messages: [
        { ...stored(1, 'A', true), isEdited: true },
        { ...stored(1, 'B', true), isDeleted: true },
        ...[stored(2, 'C', false), stored(2, 'D', false)],
        { ...stored(1, 'E', true), kind: 'edit', target: 'A' },
        { ...stored(1, 'F', true), kind: 'deletion', mark: 'deletion of B', target: 'B' },
      ],
      outbox: [],
      mailbox: [],
      indexFaults: [],
    },
  }
}
