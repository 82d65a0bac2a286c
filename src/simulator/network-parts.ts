import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Random } from '../lib/random.ts'
import { MESSENGERS, type Messenger } from '../model/messenger.ts'
import { Accounts } from './accounts.ts'
import { Addresses } from './addresses.ts'
import { Calls } from './calls.ts'
import { ChatSettings } from './chat-settings.ts'
import type { Connection, ConnectionParts } from './connection.ts'
import { Contacts } from './contacts.ts'
import { Deliveries } from './deliveries.ts'
import { DeviceChannels } from './device-channels.ts'
import { DeviceEvents } from './device-events.ts'
import { Devices, type Device } from './devices.ts'
import { Exchange } from './exchange.ts'
import { Faults, inScope, type Scope } from './faults.ts'
import { Feed } from './feed.ts'
import { Files } from './files.ts'
import { GroupActs } from './group-acts.ts'
import { Groups } from './groups.ts'
import { Journal } from './journal.ts'
import { LoginCodes } from './login-codes.ts'
import { MessageIds } from './message-ids.ts'
import { Messages } from './messages.ts'
import { NetworkFile } from './network-file.ts'
import { Pairings } from './pairing.ts'
import { Parties } from './parties.ts'
import { Phones } from './phones.ts'
import { Presence } from './presence.ts'
import { Pushes } from './pushes.ts'

/** Everything that the network is made of, and what concerns more than one of its parts. */
export interface NetworkParts extends ConnectionParts {
  readonly calls: Calls
  readonly journal: Journal
  readonly loginCodes: LoginCodes
  /** The sockets of server processes. */
  readonly connections: Set<Connection>
}

/** `path` is the network's own file; the files that messages carry lie in a folder beside it. */
export function buildNetwork(path: string, clock: Clock, random: Random, log: Log): NetworkParts {
  const file = new NetworkFile(path)
  const messages = new Messages(file)
  const deliveries = new Deliveries(file)
  const ids = new MessageIds(clock, random)
  const events = new DeviceEvents(file, clock)
  const faults = new Faults(file, clock)
  const feed = new Feed(file)
  const files = new Files(`${path}-files`, clock, random)
  const people = buildPeople(file, clock, random, feed)
  const shared = { file, clock, random, log, messages, deliveries, ids, events, faults, feed, files, ...people }
  const pushes = new Pushes(people.addresses, new Parties(people))
  const channels = new DeviceChannels(file, events, faults, (device, event) => pushes.render(device, event))
  const exchange = new Exchange(shared)
  const pairings = new Pairings({ ...shared, exchange })
  const calls = new Calls(shared)
  const connections = new Set<Connection>()
  file.onCommitted = () => channels.pumpTouched()
  file.onFailed = (error) => {
    log.error({ error: error.message }, 'the network could not store what happened; all connections are cut')
    for (const connection of [...connections]) connection.cut()
  }
  return { ...shared, channels, exchange, pairings, calls, connections, journal: new Journal(file, messages) }
}

/** Phones and their accounts, whom they know, and the groups that they form. */
function buildPeople(file: NetworkFile, clock: Clock, random: Random, feed: Feed) {
  const addresses = new Addresses(file, random)
  const phones = new Phones(file, clock, addresses)
  const devices = new Devices(file, clock, random, phones)
  const groups = new Groups(file, clock, random)
  const known = { addresses, phones, devices, groups, contacts: new Contacts(file), accounts: new Accounts(file) }
  return {
    ...known,
    chatSettings: new ChatSettings(file),
    groupActs: new GroupActs({ clock, feed, groups, phones }),
    loginCodes: new LoginCodes(clock, random),
    presence: new Presence(),
  }
}

/** Which messenger is meant where a request does not say: one in which these phones are at home. */
export function messengerOf(
  parts: NetworkParts,
  given: Messenger | undefined,
  ...phones: readonly string[]
): Messenger {
  if (given !== undefined) return given
  for (const phone of phones) {
    const linked = MESSENGERS.find((messenger) => parts.devices.ofPhone(messenger, phone).length > 0)
    const chatting = linked ?? MESSENGERS.find((messenger) => parts.messages.chats(messenger, phone).length > 0)
    if (chatting !== undefined) return chatting
  }
  return 'whatsapp'
}

/** The phone unlinks a device of its own. What waited for the device is never pushed. */
export function unlinkDevice(parts: NetworkParts, device: Device): void {
  parts.devices.remove(device)
  parts.file.afterCommit(() => parts.channels.close(device, 'unlinked'))
  parts.feed.publish(device.messenger, device.phone, () => ({ kind: 'phone' }))
}

/** Cuts what is in scope; everything means the sockets themselves. */
export function dropConnections(parts: NetworkParts, scope: Scope): void {
  if (scope.messenger === null && scope.phone === null)
    for (const connection of [...parts.connections]) connection.cut()
  else parts.channels.closeWhere((device) => inScope(scope, device.messenger, device.phone), 'dropped')
}

/** The devices of the account hear that it was restricted, or that this is over. */
export function tellRestriction(
  parts: NetworkParts,
  messenger: Messenger,
  phone: string,
  state: 'suspended' | 'authorized',
): void {
  for (const device of parts.devices.ofPhone(messenger, phone))
    parts.events.add(device, { kind: 'restricted', detail: state })
}
