import { AppState } from './app-state.ts'
import { callLog, Calls } from './calls.ts'
import { loadCodec } from './codec.ts'
import { letLongTimersGo } from './engine-timers.ts'
import { Groups } from './groups.ts'
import { History } from './history.ts'
import type { Account, Device, Network, Node, Part, Phone } from './network.ts'
import { makePhone } from './phone.ts'
import { Presence } from './presence.ts'
import { ProfilePictures } from './profile-pictures.ts'
import { Restrictions } from './restrictions.ts'
import { startFakeWhatsApp, type FakeOptions, type FakeWhatsApp } from './server.ts'
import { Shops } from './shops.ts'
import { Statistics } from './statistics.ts'
import type { SyncProto } from './sync-proto.ts'
import { isVirtualPhone, type VirtualPhone } from './virtual-phone.ts'

/** A fake WhatsApp with everything that it has: groups, pictures, presence, calls, app state, history and restrictions. */
export interface World {
  readonly fake: FakeWhatsApp
  readonly network: Network
  readonly groups: Groups
  readonly pictures: ProfilePictures
  readonly shops: Shops
  readonly presence: Presence
  readonly calls: Calls
  readonly appState: AppState
  readonly history: History
  readonly restrictions: Restrictions
  readonly statistics: Statistics
  /** What went wrong inside, in words; nothing should. */
  readonly troubles: readonly string[]
  /** Makes the account if there is none; without a name it is called by the end of the number. */
  person(phone: string, name?: string): Account
  phone(number: string): VirtualPhone
  close(): Promise<void>
}

export type WorldOptions = Omit<FakeOptions, 'parts' | 'makePhone'>

interface Rooms {
  readonly groups: Groups
  readonly pictures: ProfilePictures
  readonly shops: Shops
  readonly presence: Presence
  readonly calls: Calls
  readonly appState: AppState
  readonly history: History
  readonly restrictions: Restrictions
  readonly statistics: Statistics
}

/** Rejects when the engine is not installed. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  letLongTimersGo()
  const proto = (await loadCodec()).proto as unknown as SyncProto
  const phones = new Set<VirtualPhone>()
  const troubles: string[] = []
  let rooms: Rooms | undefined
  const fake = await startFakeWhatsApp({
    ...options,
    parts: [
      (network) => {
        rooms = roomsOf(network, proto, phones, troubles)
        return partOf(rooms)
      },
    ],
    makePhone: (account, network) => {
      const phone = makePhone(account, network)
      if (rooms !== undefined && isVirtualPhone(phone)) {
        phones.add(phone)
        bringToLife(phone, rooms, troubles)
      }
      return phone
    },
  })
  if (rooms === undefined) throw new Error('the server made no parts')
  const { network } = fake
  const person = (phone: string, name?: string) => {
    const account = network.account(phone)
    account.name = name ?? (account.name === '' ? `Person ${phone.slice(-4)}` : account.name)
    return account
  }
  return {
    ...rooms,
    ...{ fake, network, troubles, person },
    phone: (number) => virtual(person(number).phoneDevice),
    close: () => fake.close(),
  }
}

function roomsOf(network: Network, proto: SyncProto, phones: ReadonlySet<VirtualPhone>, troubles: string[]): Rooms {
  return {
    groups: new Groups(network),
    pictures: new ProfilePictures(network),
    shops: new Shops(network),
    presence: new Presence(network),
    calls: new Calls(network, (call) => {
      if (call.from.devices.size === 0) return
      const words = { kind: 'raw', message: callLog(call) } as const
      watch(virtual(call.from.phoneDevice).say(call.to.phone, words, { id: call.id }), troubles)
    }),
    appState: new AppState(network, proto),
    history: new History(network, proto),
    restrictions: new Restrictions(network),
    statistics: new Statistics(network, phones),
  }
}

function partOf({ groups, pictures, shops, appState, calls, presence, restrictions }: Rooms): Part {
  return {
    queries: [groups, pictures, appState, ...shops.handlers()],
    stanzas: [calls, ...presence.handlers()],
    refuses: (message: Node, sender: Account) => restrictions.refuses(message, sender),
  }
}

/** What a phone does for its linked devices by itself. */
function bringToLife(phone: VirtualPhone, { appState, history }: Rooms, troubles: string[]): void {
  const welcome = async (device: Device) => {
    await appState.share(phone, device)
    await history.bring(phone, device)
  }
  phone.onDeviceLinked((device) => watch(welcome(device), troubles))
  phone.onPeerMessage((device, message) => watch(history.answer(phone, device, message), troubles))
}

function watch(work: Promise<unknown>, troubles: string[]): void {
  work.catch((error: unknown) => troubles.push(error instanceof Error ? (error.stack ?? error.message) : String(error)))
}

function virtual(phone: Phone): VirtualPhone {
  if (!isVirtualPhone(phone)) throw new Error('this phone does nothing')
  return phone
}
