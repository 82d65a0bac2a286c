import { setTimeout as sleep } from 'node:timers/promises'
import { EngineClient } from '../../test/fakes/whatsapp/engine-client.ts'
import { WhatsAppNetwork } from '../harness/whatsapp-network.ts'

/**
 * The engine alone, with its keys in memory and nothing stored: what a product could reach at most that has the same engine. Its parent
 * names the network's control port and the phones to link, then has it send, or count what comes.
 */
const [url = '', control = '', ...phones] = process.argv.slice(2)
const network = WhatsAppNetwork.at(url, Number(control))
const clients: EngineClient[] = []
for (const phone of phones) {
  const client = new EngineClient(url)
  await client.connect()
  await network.post('/scan', { phone, qr: await client.qr() })
  await client.ended()
  await client.opened()
  clients.push(client)
}

process.on('disconnect', () => process.exit())
process.on(
  'message',
  (order: { readonly kind: 'send' | 'count'; readonly to?: readonly string[]; readonly each?: number }) => {
    if (order.kind === 'count') process.send?.({ texts: clients.reduce((sum, { texts }) => sum + texts.length, 0) })
    else void send(order.to ?? [], order.each ?? 0).then(() => process.send?.({ done: true }))
  },
)
process.send?.({ linked: clients.length })

/** Each client one message after the other, the next when the last was acknowledged, as the product does it. */
async function send(to: readonly string[], each: number): Promise<void> {
  await Promise.all(
    clients.map(async (client, index) => {
      for (let number = 0; number < each; number++) {
        const sent = await client.socket.sendMessage(`${to[index % to.length]}@s.whatsapp.net`, {
          text: `no. ${number}`,
        })
        while (!client.acks.has(sent?.key.id ?? '')) await sleep(0)
      }
    }),
  )
}
