import { setTimeout as sleep } from 'node:timers/promises'
import {
  BYSTANDERS,
  commonRig,
  FILE_LIMIT_BYTES,
  PHONES,
  PICTURE_PERIOD_MS,
} from '../../../src/drivers/conformance/common-rig.ts'
import type { DriverRig, Person, TypingShown } from '../../../src/drivers/conformance/rig.ts'
import { whatsAppDriver } from '../../../src/drivers/whatsapp/driver.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { systemRandom } from '../../../src/lib/random.ts'
import { SkippingClock } from '../../../src/lib/skipping-clock.ts'
import { arrivesOnWhatsApp } from './arrives.ts'
import type { CallEnd } from './calls.ts'
import type { Shown } from './presence.ts'
import { takeKnownKeys } from './known-keys.ts'
import { trustFakeWhatsApp } from './trust.ts'
import { startWorld, type World } from './world.ts'

/** The first code's, on the real service too; the driver counts it by its own clock. */
const QR_PERIOD_MS = 60_000
/** What phones do in answer takes them so long at most. */
const SETTLE_MS = 15
/** Whoever is connected has taken a message in after so long, unless it is told to fail. */
const HEARD_MS = 1_500
const TYPING_A_CODE_MS = 200
/** Typing lasts whole seconds; what a phone saw of it came over a network. */
const TYPING_UNIT_MS = 1_000

const ENDS: Readonly<Record<'pickUp' | 'hungUp' | 'declined', CallEnd>> = {
  ...{ pickUp: 'accepted', hungUp: 'rejected', declined: 'given up' },
}

/** A fresh fake WhatsApp in this process, and the real driver with the engine as it is. Rejects when the engine is not installed. */
export async function startWhatsAppRig(): Promise<DriverRig> {
  const world = await startWorld()
  await takeKnownKeys()
  const distrust = await trustFakeWhatsApp(world.fake)
  for (const phone of [...Object.values(PHONES), ...BYSTANDERS]) world.person(phone)
  const clock = new SkippingClock()
  const driver = whatsAppDriver({
    ...{ clock, random: systemRandom, log: silentLog, url: world.fake.url },
    ...{ fileLimitBytes: FILE_LIMIT_BYTES, picturePeriodMs: PICTURE_PERIOD_MS },
    ...{ loginsPerSecond: 1_000, firstContactsPerDay: 0, sendsButtons: true, checksPerDay: 0 },
  })
  return {
    ...commonRig(driver, clock),
    qrPeriodMs: QR_PERIOD_MS,
    cannot: new Set(['password', 'repeat', 'strangersNames', 'finishLinking']),
    arrives: arrivesOnWhatsApp,
    person: personOn(world, clock),
    trouble: troubleOn(world),
    close: async () => {
      await world.close()
      distrust()
    },
  }
}

function personOn(world: World, clock: SkippingClock): Person {
  const { fake, calls, network } = world
  return {
    scan: async (qr, phone) => {
      await fake.scan(phone, qr)
    },
    enterCode: async (code, phone) => {
      // Nobody types it before the server has heard of it.
      await sleep(TYPING_A_CODE_MS)
      await fake.enterCode(phone, code)
    },
    codeSentTo: () => Promise.reject(new Error('WhatsApp sends no codes to link a device')),
    setPassword: () => Promise.reject(new Error('WhatsApp asks no password to link a device')),
    wantPasskey: (phone) => {
      world.person(phone).wantsPasskey = true
      return Promise.resolve()
    },
    confirmPasskey: (phone) => fake.confirmPasskey(phone),
    unlink: (phone) => {
      for (const id of [...world.person(phone).devices.keys()]) fake.unlink(phone, id)
      return Promise.resolve()
    },
    say: async (from, to, text) => {
      const id = await world.phone(from).say(to, text)
      await heard(world, [from, to], id)
      return id
    },
    read: async (phone, from) => {
      await sleep(SETTLE_MS)
      await world.phone(phone).read(from)
    },
    view: async (phone, _author, id) => {
      await world.phone(phone).read('status@broadcast', id)
    },
    received: async (phone) => {
      await sleep(SETTLE_MS)
      const incoming = world
        .phone(phone)
        .messages()
        .filter(({ isOwn }) => !isOwn)
      return incoming.map(({ id, content }) => ({ id, text: content.kind === 'text' ? content.text : '' }))
    },
    watchTyping: (phone) => Promise.resolve(watchTyping(world, phone, clock)),
    call: (from, to, isVideo) => Promise.resolve(calls.ring(world.person(from), world.person(to), isVideo).id),
    endCall: (id, how, durationS) => {
      const isOver = calls.end(id, ENDS[how], durationS)
      return isOver ? Promise.resolve() : Promise.reject(new Error('it rings no more'))
    },
    hidePicture: (phone) => {
      world.pictures.hidden.add(network.account(phone).phone)
      return Promise.resolve()
    },
  }
}

/** Until the devices of these have taken a message in; not for ever, as some are to fail at it. */
async function heard({ network }: World, phones: readonly string[], id: string): Promise<void> {
  const end = performance.now() + HEARD_MS
  const devices = phones.flatMap((phone) => [...(network.find(phone)?.devices.values() ?? [])])
  const isWaiting = () =>
    devices.some(
      ({ connection, unacknowledged }) =>
        connection !== null && unacknowledged.some(({ tag, attrs }) => tag === 'message' && attrs['id'] === id),
    )
  while (isWaiting() && performance.now() < end) await sleep(2)
}

/**
 * WhatsApp says when typing begins and when it ends, never how long it will last: what was seen is what has ended. While somebody looks,
 * the driver's clock goes on, so that no test waits for it.
 */
function watchTyping(world: World, phone: string, clock: SkippingClock) {
  const before = world.presence.shownOn(phone).length
  const began = new Map<Shown, number>()
  const ended = new Map<Shown, number>()
  const look = () => {
    clock.skip(TYPING_UNIT_MS / 50)
    for (const shown of world.presence.shownOn(phone).slice(before)) {
      if (!began.has(shown)) began.set(shown, clock.now())
      if (shown.until !== null && !ended.has(shown)) ended.set(shown, clock.now())
    }
  }
  const seen = (): readonly TypingShown[] => {
    look()
    return [...ended].map(([shown, at]) => ({
      durationMs: Math.round((at - (began.get(shown) ?? at)) / TYPING_UNIT_MS) * TYPING_UNIT_MS,
      type: shown.what === 'recording' ? 'recording' : '',
    }))
  }
  return { seen, stop: () => Promise.resolve() }
}

function troubleOn(world: World): DriverRig['trouble'] {
  const { faults } = world.network
  return {
    loseVerdict: () => {
      faults.loseAcks = 1
      return Promise.resolve()
    },
    refuseSend: () => {
      faults.ackErrors.set('*', { code: '406', times: 1 })
      return Promise.resolve()
    },
    dropConnection: (phone) => {
      for (const { connection } of world.person(phone).devices.values()) connection?.close()
      return Promise.resolve()
    },
  }
}
