import { RawClient, text } from '../../test/fakes/max/raw-client.ts'
import { TELL } from '../../test/fakes/max/opcodes.ts'

/**
 * A web client that stores nothing: what a product could reach at most that speaks the same protocol. Its parent names the network and gives it
 * tokens, then has it send, or count what came.
 */
interface Order {
  readonly kind: 'open' | 'send' | 'count'
  readonly tokens?: readonly string[]
  /** Dialogs of the network, one for each client. */
  readonly chats?: readonly string[]
  readonly each?: number
}

const [url = ''] = process.argv.slice(2)
const clients: RawClient[] = []
let cid = Date.now()

process.on('disconnect', () => process.exit())
process.on('message', (order: Order) => {
  void obey(order).then((answer) => process.send?.(answer))
})
process.send?.({ ready: true })

async function obey({ kind, tokens = [], chats = [], each = 0 }: Order): Promise<object> {
  if (kind === 'count') return { texts: clients.reduce((sum, client) => sum + client.told(TELL.message).length, 0) }
  if (kind === 'open') for (const token of tokens) clients.push(await RawClient.loggedIn(url, token))
  else await send(chats, each)
  return { done: true }
}

/** Each client one message after the other, the next when the last was answered, as the product does it. */
async function send(chats: readonly string[], each: number): Promise<void> {
  await Promise.all(
    clients.map(async (client, index) => {
      const chat = BigInt(chats[index % chats.length] ?? 0)
      for (let number = 0; number < each; number++) await client.answered(64, text(chat, `no. ${number}`, (cid += 1)))
    }),
  )
}
