// Truth: the engine is loaded with its hooks in place or not at all: its signal library is quiet, keeps its callers apart, and is the one they are for.
import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { OperatorTrouble } from '../../../lib/operator-trouble.ts'
import { Transaction, inside } from '../keys/transaction.ts'
import { ENGINE_VERSION, type KeyPair } from './engine.ts'
import { assertVersion, engineIsInstalled, hookSignalLibrary, loadEngine } from './load.ts'

const skip = engineIsInstalled() ? false : 'the WhatsApp engine is not installed'

interface SessionRecord {
  setSession(session: object): void
  closeSession(session: object): void
  openSession(session: object): void
}
interface Library {
  readonly SessionRecord: new () => SessionRecord
  readonly curve: { calculateAgreement(publicKey: Uint8Array, privateKey: Uint8Array): Uint8Array }
}

/** As anybody gets it who asks for it after the engine was loaded. */
async function library(): Promise<{
  library: Library
  queue: (address: string, job: () => Promise<unknown>) => Promise<unknown>
}> {
  await loadEngine()
  const require = createRequire(createRequire(import.meta.url).resolve('baileys'))
  return {
    library: require('libsignal') as Library,
    queue: require('libsignal/src/queue_job.js') as (address: string, job: () => Promise<unknown>) => Promise<unknown>,
  }
}

describe('the loaded engine', { skip }, () => {
  test('is one for the process', async () => {
    const engine = await loadEngine()
    assert.equal(await loadEngine(), engine)
    assert.equal(engine.version.length, 3)
    assert.equal(engine.firstKeyCount, 812)
    assert.equal(engine.initCredentials().nextPreKeyId, 1)
  })

  test('prints no session, whose keys are in it, and leaves the console to everybody else', async () => {
    const { library: signal } = await library()
    const engine = await loadEngine()
    const printed: unknown[] = []
    const real = { ...console }
    const note = (...words: unknown[]) => void printed.push(words)
    Object.assign(console, { info: note, warn: note, error: note, log: note })
    try {
      const record = new signal.SessionRecord()
      const session = { indexInfo: { baseKey: Buffer.of(1), closed: -1 }, privKey: 'secret' }
      record.setSession(session)
      record.closeSession(session)
      record.closeSession(session)
      record.openSession(session)
      const [one, other]: KeyPair[] = [engine.makeKeyPair(), engine.makeKeyPair()]
      assert.ok(one !== undefined && other !== undefined)
      // A key without its first byte is remarked upon.
      signal.curve.calculateAgreement(other.public, one.private)
      assert.deepEqual(printed, [])
      // eslint-disable-next-line no-console -- what an application does
      console.info('our own')
      assert.deepEqual(printed, [['our own']])
    } finally {
      Object.assign(console, real)
    }
  })

  test('keeps the sessions of its callers apart, and each job in the context of its caller', async () => {
    const { queue } = await library()
    const contexts = new AsyncLocalStorage<string>()
    const seen: (string | undefined)[] = []
    let release: () => void = () => undefined
    const [one, other] = [{}, {}]
    const stuck = inside(new Transaction(one, false), () =>
      queue('79001112233.0', () => new Promise<void>((resolve) => (release = resolve))),
    )
    const waiting = contexts.run('waited', () =>
      inside(new Transaction(one, false), () =>
        queue('79001112233.0', async () => {
          await sleep(1)
          seen.push(contexts.getStore())
        }),
      ),
    )
    await inside(new Transaction(other, false), () => queue('79001112233.0', () => Promise.resolve()))
    release()
    await Promise.all([stuck, waiting])
    assert.deepEqual(seen, ['waited'])
  })

  test('is not hooked a second time, nor after somebody else loaded its library', async () => {
    await loadEngine()
    const require = createRequire(createRequire(import.meta.url).resolve('baileys'))
    const folder = join(dirname(require.resolve('libsignal')), 'src')
    assert.throws(() => hookSignalLibrary(folder), OperatorTrouble)
  })
})

describe('an engine that the hooks are not for', () => {
  function inFolder(work: (folder: string) => void): void {
    const folder = mkdtempSync(join(tmpdir(), 'engine-'))
    try {
      work(folder)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }

  test('of another version says so in one line', () => {
    inFolder((folder) => {
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ version: '7.0.0-rc15' }))
      assert.throws(() => assertVersion('baileys', folder, ENGINE_VERSION), {
        name: 'OperatorTrouble',
        message: 'WhatsApp needs baileys 7.0.0-rc14, but 7.0.0-rc15 is installed',
      })
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ version: ENGINE_VERSION }))
      assertVersion('baileys', folder, ENGINE_VERSION)
    })
  })

  test('without the files that are replaced says so', () => {
    inFolder((folder) => assert.throws(() => hookSignalLibrary(folder), OperatorTrouble))
  })
})
