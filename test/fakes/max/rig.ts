import { setTimeout as sleep } from 'node:timers/promises'
import {
  BYSTANDERS,
  commonRig,
  FILE_LIMIT_BYTES,
  PHONES,
  PICTURE_PERIOD_MS,
} from '../../../src/drivers/conformance/common-rig.ts'
import type { DriverRig, Inability, Person, TypingShown } from '../../../src/drivers/conformance/rig.ts'
import type { Driver, SessionHost } from '../../../src/drivers/driver.ts'
import { maxDriver } from '../../../src/drivers/max/driver.ts'
import { openMessageIds } from '../../../src/drivers/max/message-ids.ts'
import { AddressRules } from '../../../src/lib/address-rules.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { systemRandom } from '../../../src/lib/random.ts'
import { SkippingClock } from '../../../src/lib/skipping-clock.ts'
import type { ChatId, MessageId } from '../../../src/model/ids.ts'
import { arrivesOnMax } from './arrives.ts'
import type { Message } from './model.ts'
import { ASK } from './opcodes.ts'
import { startFakeMax, type FakeMax } from './server.ts'

const QR_PERIOD_MS = 120_000
const CANNOT: ReadonlySet<Inability> = new Set([
  ...(['passkey', 'calls', 'typingEnds', 'hiddenPictures', 'archive', 'vanishing', 'silentMembers', 'seen'] as const),
  ...(['deliveries', 'unknownQuotes', 'repeat'] as const),
])
/** While a phone scans, the clock goes on by that, for the driver looks every few seconds whether somebody has. */
const LOOK = { everyMs: 4, byMs: 1_000 }
/** Whoever is connected has taken a message in after so long, unless it is told to fail. */
const HEARD_MS = 1_500
/** A device that its client takes off again at once was never linked. */
const LASTING_MS = 25

/** A fresh fake MAX in this process, and the real driver. */
export async function startMaxRig(): Promise<DriverRig> {
  const clock = new SkippingClock()
  const fake = await startFakeMax({
    clock,
    settings: {
      ...{ trackMs: QR_PERIOD_MS, redelivers: 'all' },
      ...{ loginLimit: { count: 1_000, withinMs: 1_000 }, lookUpLimit: { count: 10_000, withinMs: 1_000 } },
    },
  })
  for (const phone of [...Object.values(PHONES), ...BYSTANDERS]) fake.person(phone)
  const machine = new AddressRules(['127.0.0.1'])
  const hosts: SessionHost[] = []
  const driver = remembering(
    hosts,
    maxDriver({
      ...{ clock, random: systemRandom, log: silentLog, url: fake.url, identity: {}, seemsSeen: true },
      ...{ fileLimitBytes: FILE_LIMIT_BYTES, picturePeriodMs: PICTURE_PERIOD_MS, fileHosts: machine },
      ...{ loginsPerSecond: 1_000, loginsPerDay: 1_000, checksPerDay: 0, checkPeriodMs: 0 },
    }),
  )
  return {
    ...commonRig(driver, clock),
    qrPeriodMs: QR_PERIOD_MS,
    cannot: CANNOT,
    arrives: (content) => arrivesOnMax(fake, content),
    idElsewhere: (id) => networkIdOf(hosts, id),
    person: personOn(fake, clock, hosts),
    trouble: troubleOn(fake),
    close: async () => {
      await fake.close()
      const { complaints } = fake.recording
      if (complaints.length > 0) throw new Error(`no web client does this: ${complaints.join('; ')}`)
    },
  }
}

/** The driver as it is; `hosts` come to be those that it was given. */
function remembering(hosts: SessionHost[], driver: Driver): Driver {
  return {
    ...driver,
    open: (host) => {
      hosts.push(host)
      return driver.open(host)
    },
  }
}

function personOn(fake: FakeMax, clock: SkippingClock, hosts: readonly SessionHost[]): Person {
  const never = () => Promise.reject(new Error('MAX has nothing such'))
  return {
    scan: (qr, phone) => scan(fake, clock, qr, phone),
    enterCode: never,
    codeSentTo: never,
    setPassword: (phone, password) => now(() => fake.person(phone).setPassword(password)),
    wantPasskey: never,
    confirmPasskey: never,
    unlink: (phone) => now(() => fake.revoke(phone)),
    say: async (from, to, text) => {
      const { id } = fake.person(from).say(to, text)
      await heard(fake, [from, to], id)
      return String(id)
    },
    read: (phone, from) => now(() => fake.person(phone).read(from)),
    view: never,
    received: (phone) =>
      Promise.all(
        fake
          .person(phone)
          .received()
          .map((message) => shown(message, hosts)),
      ),
    watchTyping: (phone) => Promise.resolve(watchTyping(fake, phone)),
    call: never,
    endCall: never,
    hidePicture: (phone) => now(() => (fake.person(phone).person.hidesPicture = true)),
  }
}

function now(act: () => unknown): Promise<void> {
  act()
  return Promise.resolve()
}

async function scan(fake: FakeMax, clock: SkippingClock, qr: string, phone: string): Promise<void> {
  const scanned = fake.scan(phone, qr)
  const isOver = scanned.then(
    () => true,
    () => true,
  )
  while (!(await Promise.race([isOver, sleep(LOOK.everyMs, false)]))) clock.skip(LOOK.byMs)
  if ((await scanned) === 'password') return
  const { devices } = fake.person(phone).person
  await sleep(LASTING_MS)
  if (devices.size === 0) throw new Error('the device was taken off the account again')
}

/** Until the devices of these have taken a message in; not for ever, as some are to fail at it. */
async function heard(fake: FakeMax, phones: readonly string[], id: bigint): Promise<void> {
  const end = performance.now() + HEARD_MS
  const devices = phones.flatMap((phone) => [...new Set(fake.person(phone).person.devices.values())])
  const isWaiting = () =>
    devices.some(({ sockets, waiting }) => sockets.size > 0 && waiting.some(({ message }) => message === id))
  while (isWaiting() && performance.now() < end) await sleep(2)
}

/** What the network calls a message that one of these has sent. */
async function networkIdOf(hosts: readonly SessionHost[], id: string): Promise<string> {
  const ids = await Promise.all(hosts.map((host) => messageIdsOf(host).networkIdOf(id as MessageId)))
  return ids.find((each) => each !== null && each !== id) ?? id
}

function messageIdsOf(host: SessionHost) {
  return openMessageIds({ host, addresses: { chatIdOf: (chat: string) => Promise.resolve(chat as ChatId) } })
}

/** As the phone has it, under the id that its sender's driver has for it. */
async function shown(message: Message, hosts: readonly SessionHost[]) {
  const network = String(message.id)
  const ids = await Promise.all(hosts.map((host) => messageIdsOf(host).idOf(network)))
  return { id: ids.find((id) => id !== network) ?? network, text: message.text }
}

/** MAX shows that somebody types for a while of its own, and never how long. */
function watchTyping({ network }: FakeMax, phone: string) {
  const from = network.typings.length
  const seen = (): readonly TypingShown[] => {
    const there = network.typings
      .slice(from)
      .filter(({ chat }) => network.membersOf(chat).some((one) => one.phone === phone))
    const types = there.map(({ type }) => (type === 'AUDIO' ? 'recording' : ''))
    return types.filter((type, index) => type !== types[index - 1]).map((type) => ({ durationMs: 0, type }))
  }
  return { seen, stop: () => Promise.resolve() }
}

function troubleOn(fake: FakeMax): DriverRig['trouble'] {
  const { faults } = fake
  return {
    loseVerdict: (phone) => {
      faults.silences.set(ASK.send, { times: 1, phone })
      return Promise.resolve()
    },
    refuseSend: (phone) => {
      faults.refusals.set(ASK.send, { code: 'privacy.restricted', times: 1, phone })
      return Promise.resolve()
    },
    dropConnection: (phone) => now(() => fake.drop(phone)),
  }
}
