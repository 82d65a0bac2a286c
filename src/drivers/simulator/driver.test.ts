// Truth: the driver contract, as its conformance suite states it, and what the simulated network itself saw.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../lib/log.ts'
import { systemRandom } from '../../lib/random.ts'
import { SkippingClock } from '../../lib/skipping-clock.ts'
import type { Messenger } from '../../model/messenger.ts'
import { startNetwork } from '../../simulator/network.ts'
import { driverConformance } from '../conformance/conformance.ts'
import type { DriverRig } from '../conformance/rig.ts'
import { simulatorDriver } from './driver.ts'

const QR_PERIOD_MS = 20_000

async function startRig(messenger: Messenger): Promise<DriverRig> {
  const folder = await mkdtemp(join(tmpdir(), 'jadegate-driver-'))
  const clock = new SkippingClock()
  const shared = { clock, random: systemRandom, log: silentLog }
  const network = await startNetwork({ file: join(folder, 'network.db'), host: '127.0.0.1', port: 0, ...shared })
  const call = async (path: string, body?: object): Promise<unknown> => {
    const request = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    const response = await fetch(`${network.url}/simulator/${path}`, request)
    const answer: unknown = await response.json()
    if (!response.ok) throw new Error(JSON.stringify(answer))
    return answer
  }
  return {
    driver: simulatorDriver({ messenger, url: network.url, ...shared }),
    clock,
    skip: (ms) => clock.skip(ms),
    qrPeriodMs: QR_PERIOD_MS,
    chatOf: (phone) => `${phone}@c.us`,
    phones: { own: '79001000001', peer: '79001000002', other: '79001000003' },
    withoutAccount: '79001230000',
    person: {
      scan: async (qr, phoneNumber) => {
        await call('link', { qr, phoneNumber })
      },
      enterCode: async (code, phoneNumber) => {
        await call('link', { code, phoneNumber })
      },
      unlink: async (phoneNumber) => {
        await call('unlink', { phoneNumber, messenger })
      },
      say: async (from, to, text) => {
        const answer = await call('messages', { from, to, text, messenger })
        assert.ok(typeof answer === 'object' && answer !== null && 'idMessage' in answer)
        return String(answer.idMessage)
      },
      read: async (phone, chat) => {
        await call('read', { phone, chat, messenger })
      },
      received: async (phone) => {
        const list = await call(`messages?phone=${phone}&messenger=${messenger}`)
        assert.ok(Array.isArray(list))
        const messages = list as { id: string; text: string; direction: string }[]
        return messages.filter((one) => one.direction === 'in').map(({ id, text }) => ({ id, text }))
      },
    },
    trouble: {
      loseVerdict: async (phoneNumber) => {
        await call('faults', { kind: 'loseVerdicts', count: 1, phoneNumber })
      },
      refuseSend: async (phoneNumber) => {
        await call('faults', { kind: 'failSends', count: 1, phoneNumber })
      },
      dropConnection: async (phoneNumber) => {
        await call('faults', { kind: 'dropConnections', phoneNumber })
      },
    },
    close: async () => {
      await network.close()
      await rm(folder, { recursive: true })
    },
  }
}

driverConformance('simulator, whatsapp', () => startRig('whatsapp'))
driverConformance('simulator, v3', () => startRig('v3'))
