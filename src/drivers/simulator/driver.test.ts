// Truth: the driver contract, as its conformance suite states it, and what the simulated network itself saw.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { silentLog } from '../../lib/log.ts'
import { systemRandom } from '../../lib/random.ts'
import { SkippingClock } from '../../lib/skipping-clock.ts'
import { MESSENGERS, type Messenger } from '../../model/messenger.ts'
import { startNetwork } from '../../simulator/network.ts'
import { commonRig, FILE_LIMIT_BYTES } from '../conformance/common-rig.ts'
import { driverConformance } from '../conformance/conformance.ts'
import type { DriverRig, Person, TypingShown } from '../conformance/rig.ts'
import { simulatorDriver } from './driver.ts'

const QR_PERIOD_MS = 20_000

type Json = Readonly<Record<string, unknown>>

/** The network's own API, for one messenger. */
class NetworkApi {
  readonly #url: string
  readonly #messenger: Messenger

  constructor(url: string, messenger: Messenger) {
    this.#url = `${url}/simulator`
    this.#messenger = messenger
  }

  async post(path: string, body: object): Promise<Json> {
    const content = JSON.stringify({ messenger: this.#messenger, ...body })
    return (await this.#answer(await fetch(`${this.#url}/${path}`, { method: 'POST', body: content }))) as Json
  }

  async list(path: string, query: Readonly<Record<string, string>>): Promise<readonly Json[]> {
    const search = new URLSearchParams({ messenger: this.#messenger, ...query }).toString()
    return (await this.#answer(await fetch(`${this.#url}/${path}?${search}`))) as Json[]
  }

  /** What a page that shows this phone hears. */
  async *events(phone: string, signal: AbortSignal): AsyncGenerator<Json> {
    const search = new URLSearchParams({ messenger: this.#messenger, phone }).toString()
    const response = await fetch(`${this.#url}/events?${search}`, { signal })
    assert.ok(response.body !== null)
    for await (const line of createInterface({ input: Readable.fromWeb(response.body) }))
      if (line.startsWith('data: ')) yield JSON.parse(line.slice('data: '.length)) as Json
  }

  async #answer(response: Response): Promise<unknown> {
    const answer: unknown = await response.json()
    if (!response.ok) throw new Error(JSON.stringify(answer))
    return answer
  }
}

function personOn(api: NetworkApi): Person {
  const confirm = async (path: string, body: object) => {
    await api.post(path, body)
  }
  return {
    scan: (qr, phoneNumber) => confirm('link', { qr, phoneNumber }),
    enterCode: (code, phoneNumber) => confirm('link', { code, phoneNumber }),
    codeSentTo: async (phone) => {
      const [about] = await api.list('phones', { phone })
      const { code } = about?.['login'] as { code: { code: string } | null }
      assert.ok(code !== null, 'no code was sent')
      return code.code
    },
    setPassword: (phoneNumber, password) => confirm('phones', { phoneNumber, password }),
    wantPasskey: (phoneNumber) => confirm('phones', { phoneNumber, wantsPasskey: true }),
    confirmPasskey: (phoneNumber) => confirm('link', { phoneNumber, confirmPasskey: true }),
    unlink: (phoneNumber) => confirm('unlink', { phoneNumber }),
    say: async (from, to, text) => String((await api.post('messages', { from, to, text }))['idMessage']),
    read: (phone, chat) => confirm('read', { phone, chat }),
    view: (phone, _author, id) => confirm('statuses/view', { phone, id }),
    received: async (phone) => {
      const messages = await api.list('messages', { phone })
      const incoming = messages.filter(({ direction }) => direction === 'in')
      return incoming.map(({ id, text }) => ({ id: String(id), text: String(text) }))
    },
    watchTyping: (phone) => watchTyping(api, phone),
    call: async (from, to, isVideo) => String((await api.post('calls', { from, to, isVideo }))['idCall']),
    endCall: (id, status, durationS) => confirm('calls/end', { id, status, durationS }),
    hidePicture: (phoneNumber) => confirm('phones', { phoneNumber, hidesPicture: true }),
  }
}

async function watchTyping(api: NetworkApi, phone: string) {
  const shown: TypingShown[] = []
  const watching = new AbortController()
  const events = api.events(phone, watching.signal)
  // The stream has begun once it tells of a change that was made after it was asked for.
  const first = events.next()
  while ((await Promise.race([first, sleep(20)])) === undefined) await api.post('phones', { phoneNumber: phone })
  const over = (async () => {
    for await (const { kind, durationMs, type } of events)
      if (kind === 'typing') shown.push({ durationMs: Number(durationMs), type: typeof type === 'string' ? type : '' })
  })().catch(() => undefined)
  const stop = () => {
    watching.abort()
    return over
  }
  return { seen: () => shown, stop }
}

async function startRig(messenger: Messenger): Promise<DriverRig> {
  const folder = await mkdtemp(join(tmpdir(), 'jadegate-driver-'))
  const clock = new SkippingClock()
  const shared = { clock, random: systemRandom, log: silentLog }
  const network = await startNetwork({ file: join(folder, 'network.db'), host: '127.0.0.1', port: 0, ...shared })
  const api = new NetworkApi(network.url, messenger)
  const driver = simulatorDriver({ messenger, url: network.url, fileLimitBytes: FILE_LIMIT_BYTES, ...shared })
  const fail = async (fault: object) => {
    await api.post('faults', fault)
  }
  return {
    ...commonRig(driver, clock),
    qrPeriodMs: QR_PERIOD_MS,
    person: personOn(api),
    trouble: {
      loseVerdict: (phoneNumber) => fail({ kind: 'loseVerdicts', count: 1, phoneNumber }),
      refuseSend: (phoneNumber) => fail({ kind: 'failSends', count: 1, phoneNumber }),
      dropConnection: (phoneNumber) => fail({ kind: 'dropConnections', phoneNumber }),
    },
    close: async () => {
      await network.close()
      await rm(folder, { recursive: true })
    },
  }
}

for (const messenger of MESSENGERS) driverConformance(`simulator, ${messenger}`, () => startRig(messenger))
