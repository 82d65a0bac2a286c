import { setTimeout as sleep } from 'node:timers/promises'
import { Timings } from '../load/timings.ts'
import { Devices } from './devices.ts'
import type { Order, Outcome, Told } from './order.ts'
import { listenForWebhooks } from './receiver.ts'

/** Everything outside a gateway in one process: the messenger network that brings events, and the receiver of webhooks. */
const devices = new Devices()
const underWay = new Map<string, number>()
let repeated = 0
let last = 0
let delivered: (startedAt: number) => void = () => undefined

const webhookPort = await listenForWebhooks((id) => {
  const startedAt = underWay.get(id)
  underWay.delete(id)
  if (startedAt === undefined) repeated += 1
  else delivered(startedAt)
})
const linkPort = await devices.listen()
const tell = (told: Told): void => void process.send?.(told)
tell({ ok: true, outcome: { linkPort, webhookPort } })

process.on('disconnect', () => process.exit())
process.on('message', (order: Order) => {
  carryOut(order).then(
    (outcome) => tell({ ok: true, outcome }),
    (error: unknown) => tell({ ok: false, error: String(error) }),
  )
})

function carryOut(order: Order): Promise<Outcome> {
  switch (order.kind) {
    case 'fill':
      return fill(order.each)
    case 'drive':
      return drive(order)
    case 'restrict':
      return restrict(order)
  }
}

function nextId(): string {
  return `3EB0${(last++).toString(16).toUpperCase().padStart(16, '0')}`
}

/** In steps, so that the other side is never buried. */
async function fill(each: number): Promise<Outcome> {
  const start = performance.now()
  for (let round = 0; round < each; round++) {
    for (const device of devices.list) device.push(nextId())
    while (devices.unacknowledged > 2_000) await sleep(5)
  }
  const lastAt = Date.now()
  while (devices.unacknowledged > 0) await sleep(5)
  const now = performance.now()
  return { devices: devices.list.length, result: new Timings(start, now).result(), repeated: 0, lastAt }
}

/** At its rate whether or not the other side keeps up. The result's time is that of the pushes alone. */
async function restrict({ phones, perSecond, passes }: Extract<Order, { kind: 'restrict' }>): Promise<Outcome> {
  const byPhone = new Map(devices.list.map((device) => [device.phone, device]))
  const chosen = phones.map((phone) => byPhone.get(phone))
  const start = performance.now()
  let lastAt = 0
  let pushed = 0
  while (pushed < chosen.length * passes) {
    const due = Math.min(chosen.length * passes, Math.floor(((performance.now() - start) / 1000) * perSecond))
    lastAt = Date.now()
    for (; pushed < due; pushed++) {
      const device = chosen[pushed % chosen.length]
      if (device === undefined) throw new Error('a phone has no open device')
      device.restrict(Math.floor(pushed / chosen.length) % 2 === 0 ? 'suspended' : 'authorized')
    }
    await sleep(5)
  }
  const result = new Timings(start, performance.now()).result()
  for (let waited = 0; devices.unacknowledged > 0; waited += 5) {
    if (waited > 30_000) throw new Error(`${devices.unacknowledged} changes were never durable`)
    await sleep(5)
  }
  return { devices: devices.list.length, result, repeated: 0, lastAt }
}

async function drive(order: Extract<Order, { kind: 'drive' }>): Promise<Outcome> {
  const start = performance.now() + order.warmupMs
  const end = start + order.durationMs
  const timings = new Timings(start, end)
  let place = 0
  const push = (): void => {
    const device = devices.list[place++ % devices.list.length]
    if (device === undefined) throw new Error('no device is open')
    const id = nextId()
    underWay.set(id, performance.now())
    device.push(id)
  }
  delivered = (startedAt) => {
    const now = performance.now()
    timings.add(startedAt, now)
    if (now < end) push()
  }
  repeated = 0
  for (let number = 0; number < order.inFlight; number++) push()
  await sleep(order.warmupMs + order.durationMs)
  const lastAt = Date.now()
  for (let waited = 0; underWay.size > 0 || devices.unacknowledged > 0; waited += 10) {
    if (waited > 10_000) throw new Error(`${underWay.size} events never came out`)
    await sleep(10)
  }
  return { devices: devices.list.length, result: timings.result(), repeated, lastAt }
}
