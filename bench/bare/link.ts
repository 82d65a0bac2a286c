import { WebSocket } from 'ws'
import type { FromNetwork, Pushed } from '../../src/simulator/protocol.ts'

/** The bare gateway's end of the network: opens so many devices on one socket and hands over what is pushed. */
export function openDevices(
  port: number,
  devices: number,
  pushed: (channel: number, event: Extract<Pushed, { kind: 'message' }>) => Promise<void>,
): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/link`, { perMessageDeflate: false })
  let waiting: string[] = []
  const flush = (): void => {
    socket.send(`[${waiting.join(',')}]`)
    waiting = []
  }
  const send = (message: object): void => {
    if (waiting.push(JSON.stringify(message)) === 1) setImmediate(flush)
  }
  return new Promise((resolve, reject) => {
    let opened = 0
    socket.on('error', reject)
    socket.on('open', () => {
      for (let channel = 1; channel <= devices; channel++)
        send({ t: 'open', channel, device: `b${channel}`, key: 'none' })
    })
    socket.on('message', (data: Buffer) => {
      for (const message of JSON.parse(data.toString('utf8')) as FromNetwork[]) {
        if (message.t === 'opened' && ++opened === devices) resolve()
        if (message.t !== 'push' || message.event.kind !== 'message') continue
        const { channel, id } = message
        void pushed(channel, message.event).then(() => send({ t: 'ack', channel, ids: [id] }))
      }
    })
  })
}
