import { randomBytes } from 'node:crypto'
import type { Device, Line, Person } from './model.ts'
import type { Fields, Value } from './msgpack.ts'
import type { MaxNetwork } from './network.ts'
import type { Reader } from './reader.ts'
import { Refusal, wrong } from './refusal.ts'
import { chatFields, contactFields, presenceFields, wrapped } from './shown.ts'
import { lastEvent } from './standing.ts'

const MOST_CHATS = 100
const DROPPED = 'dropped'

/** Takes a login by token. Dropped: it was one too many, and the socket is to be closed without a word. */
export function logIn(
  network: MaxNetwork,
  asked: Reader,
  line: Line,
): { device: Device; answer: Fields } | typeof DROPPED {
  const chatsCount = asked.whole('chatsCount')
  if (chatsCount < 1 || chatsCount > MOST_CHATS) throw wrong('chatsCount is from 1 to 100')
  asked.flag('interactive')
  const markers = { chats: asked.whole('chatsSync'), contacts: asked.whole('contactsSync') }
  asked.whole('presenceSync')
  asked.whole('draftsSync')
  const device = network.tokens.get(asked.text('token'))
  if (device === undefined) throw new Refusal('login.token', 'FAIL_LOGIN_TOKEN')
  if (isTooOften(network, device)) {
    network.barred.add(device.deviceId)
    network.unlink(device, 'silently')
    return DROPPED
  }
  if (network.settings.secondSocket === 'replaces') for (const other of [...device.sockets]) other.close()
  device.sockets.add(line)
  return { device, answer: welcome(network, device, { ...markers, chatsCount }) }
}

function isTooOften({ clock, settings }: MaxNetwork, device: Device): boolean {
  const since = clock.now() - settings.loginLimit.withinMs
  device.logins.push(clock.now())
  return device.logins.filter((at) => at > since).length > settings.loginLimit.count
}

interface Since {
  readonly chats: number
  readonly contacts: number
  readonly chatsCount: number
}

function welcome(network: MaxNetwork, device: Device, since: Since): Fields {
  const { person } = device
  const now = network.clock.now()
  const changed = network.chatsOf(person).filter((chat) => lastEvent(chat) > since.chats)
  const shown = changed.slice(0, since.chatsCount)
  const oldest = shown.at(-1)
  const people = [...person.book.keys()].flatMap((id) => network.persons.get(id) ?? [])
  const token = renewed(network, device)
  return {
    profile: { contact: contactFields(person, person) },
    chats: shown.map((chat) => chatFields(chat, person)),
    contacts: since.contacts > 0 ? [] : people.map((one) => contactFields(one, person)),
    messages: {},
    presence: presenceOf(people),
    config: { hash: 'c0ffee', server: { 'max-msg-length': 4_000, 'edit-timeout': 604_800 } },
    time: wrapped(BigInt(now)),
    chatMarker: changed.length > shown.length && oldest !== undefined ? wrapped(BigInt(lastEvent(oldest))) : 0,
    videoChatHistory: false,
    ...(token !== undefined && { token }),
  }
}

export function presenceOf(people: readonly Person[]): ReadonlyMap<bigint, Value> {
  return new Map(people.map((one) => [one.id, presenceFields(one)]))
}

/** An aged token is replaced once; the old one still opens. */
function renewed(network: MaxNetwork, device: Device): string | undefined {
  const isAged = network.clock.now() - device.linkedAt >= network.settings.tokenAgesMs
  const tokens = [...network.tokens.values()].filter((one) => one === device).length
  if (!isAged || tokens > 1) return undefined
  const token = randomBytes(96).toString('base64url')
  device.token = token
  network.tokens.set(token, device)
  return token
}
