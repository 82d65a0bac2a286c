import { until } from '../../../src/lib/until.ts'
import { letLongTimersGo } from './engine-timers.ts'
import type { World } from './world.ts'

/** A linked device: the engine as it is, with its keys in memory. */
export interface TestDevice {
  readonly socket: TestSocket
  /** What the engine told of an event, oldest first. */
  events(name: string): readonly unknown[]
  /** How it is called now, as far as it knows. */
  name(): string | undefined
  close(): Promise<void>
}

/** The engine's socket as far as the tests of the fake use it. */
export interface TestSocket {
  readonly ws: { on(event: string, listener: (node: unknown) => void): void }
  readonly ev: { process(handler: (events: Readonly<Record<string, unknown>>) => void): void }
  end(error: Error | undefined): Promise<void>
  sendMessage(jid: string, content: object): Promise<{ key: { id: string } }>
  chatModify(change: object, jid: string): Promise<void>
  addOrEditContact(jid: string, contact: object): Promise<void>
  removeContact(jid: string): Promise<void>
  updateProfileName(name: string): Promise<void>
  updateProfilePicture(jid: string, picture: Buffer): Promise<void>
  removeProfilePicture(jid: string): Promise<void>
  profilePictureUrl(jid: string, type: 'image'): Promise<string | undefined>
  fetchMessageHistory(count: number, oldest: object, oldestAt: number): Promise<string>
  fetchAccountReachoutTimelock(): Promise<{ isActive: boolean }>
  sendPresenceUpdate(type: string, jid?: string): Promise<void>
  presenceSubscribe(jid: string): Promise<void>
  rejectCall(id: string, from: string): Promise<void>
  groupCreate(subject: string, members: readonly string[]): Promise<TestGroup>
  groupMetadata(jid: string): Promise<TestGroup>
  groupFetchAllParticipating(): Promise<Readonly<Record<string, TestGroup>>>
  groupUpdateSubject(jid: string, subject: string): Promise<void>
  groupUpdateDescription(jid: string, text: string): Promise<void>
  groupParticipantsUpdate(
    jid: string,
    members: readonly string[],
    action: 'add' | 'remove' | 'promote' | 'demote',
  ): Promise<readonly { readonly status: string; readonly jid: string }[]>
  groupSettingUpdate(jid: string, setting: string): Promise<void>
  groupMemberAddMode(jid: string, mode: string): Promise<void>
  groupToggleEphemeral(jid: string, seconds: number): Promise<void>
  groupInviteCode(jid: string): Promise<string>
  groupRevokeInvite(jid: string): Promise<string>
  groupGetInviteInfo(code: string): Promise<TestGroup>
  groupAcceptInvite(code: string): Promise<string>
  groupLeave(jid: string): Promise<void>
}

export interface TestGroup {
  readonly id: string
  readonly subject: string
  readonly owner?: string
  readonly ownerPn?: string
  readonly desc?: string
  readonly announce?: boolean
  readonly restrict?: boolean
  readonly memberAddMode?: boolean
  readonly ephemeralDuration?: number
  readonly addressingMode?: string
  readonly participants: readonly {
    readonly id: string
    readonly phoneNumber?: string
    readonly admin?: string | null
  }[]
}

interface EngineModule {
  default(options: object): TestSocket
  initAuthCreds(): { me?: { name?: string } }
  readonly DEFAULT_CONNECTION_CONFIG: { readonly version: readonly number[] }
}

interface Update {
  readonly connection?: string
  readonly qr?: string
}

/** Links a device to a person's phone by its QR, and resolves when it is open for good. */
export async function linkDevice(world: World, phone: string, options: object = {}): Promise<TestDevice> {
  letLongTimersGo()
  const engine = (await import(named('baileys'))) as EngineModule
  const auth = { creds: engine.initAuthCreds(), keys: memoryKeys() }
  const name = () => auth.creds.me?.name
  const seen = new Map<string, unknown[]>()
  const life = (): TestSocket => {
    const socket = engine.default({ ...settings(engine, world), auth, ...options })
    socket.ev.process((events) => {
      for (const [name, event] of Object.entries(events)) {
        if (name === 'creds.update') Object.assign(auth.creds, event)
        seen.set(name, [...(seen.get(name) ?? []), event])
      }
    })
    return socket
  }
  const updates = () => (seen.get('connection.update') ?? []) as Update[]
  const first = life()
  const qr = await until(() => updates().find((update) => update.qr !== undefined)?.qr, 'the QR')
  await world.fake.scan(world.person(phone).phone, qr)
  await until(() => updates().some(({ connection }) => connection === 'close'), 'the restart')
  await first.end(undefined)
  const socket = life()
  await until(() => updates().some(({ connection }) => connection === 'open'), 'the connection')
  return { socket, name, events: (event) => seen.get(event) ?? [], close: () => socket.end(undefined) }
}

function settings(engine: EngineModule, world: World): object {
  const quiet = { level: 'silent', child: () => quiet, trace: none, debug: none, info: none, warn: none, error: none }
  return {
    ...{ version: engine.DEFAULT_CONNECTION_CONFIG.version, waWebSocketUrl: world.fake.url, logger: quiet },
    ...{ browser: ['Ubuntu', 'Chrome', '22.04.4'], markOnlineOnConnect: false, syncFullHistory: false },
    ...{ emitOwnEvents: false, defaultQueryTimeoutMs: 5_000, enableRecentMessageCache: false },
    appStateMacVerification: { patch: true, snapshot: true },
  }
}

function none(): void {
  // The engine's own words are of no use here.
}

/** As a process keeps them that never ends. */
function memoryKeys() {
  const kept = new Map<string, unknown>()
  return {
    get: (type: string, ids: readonly string[]) => {
      const found = ids.map((id) => [id, kept.get(`${type}|${id}`)] as const).filter(([, value]) => value !== undefined)
      return Promise.resolve(Object.fromEntries(found))
    },
    set: (changes: Readonly<Record<string, Readonly<Record<string, unknown>>>>) => {
      for (const [type, values] of Object.entries(changes))
        for (const [id, value] of Object.entries(values))
          if (value === null) kept.delete(`${type}|${id}`)
          else kept.set(`${type}|${id}`, value)
      return Promise.resolve()
    },
  }
}

/** The compiler must not look for a package that may be absent. */
function named(specifier: string): string {
  return specifier
}
