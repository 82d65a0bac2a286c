// Truth: docs/adr/0006 on files that are sent: fetched before the claim, once, and what a crash on each line leaves; the session is scripted,
// the store and the media are real.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Node } from '../../src/instances/node.ts'
import { systemClock } from '../../src/lib/clock.ts'
import type { KeptFile } from '../../src/model/content.ts'
import { fault } from '../../src/model/fault.ts'
import type { MessageId } from '../../src/model/ids.ts'
import type { MessageRow } from '../../src/storage/store.ts'
import { openWorld, sendTo, until, type Domain, type World } from '../support/domain.ts'
import { drainOf, emptied, keep, PHONE, picture, stage, stageAgain } from '../support/stage.ts'

let world: World
let domain: Domain
before(async () => {
  world = await openWorld()
  domain = await world.start()
})
after(() => world.close())

const sourceOf = (row: MessageRow | null) => {
  assert.ok(row !== null)
  return (JSON.parse(row.body) as { content: { file: { at: string; sha256?: string }; mimeType: string } }).content
}

test('a file at an address is fetched before the claim, stored with its message, and what is sent is the kept one', async () => {
  const ids: MessageId[] = []
  const claimedMeanwhile: number[] = []
  const shown = await stage(
    domain,
    async (instance) => {
      ids.push(await sendTo(instance, PHONE, picture({ at: 'url', url: 'https://files.example/cat.jpg' })))
      ids.push(await sendTo(instance, PHONE, { kind: 'text', text: 'after it' }))
    },
    {
      node: {
        fetchFile: async (id, url) => {
          assert.equal(url, 'https://files.example/cat.jpg')
          claimedMeanwhile.push((await domain.node.store.outbox.claimed(id)).length)
          const instance = domain.instances.get(id)
          assert.ok(instance !== undefined)
          return { file: await keep(domain, instance, 'meow'), mimeType: 'image/jpeg' }
        },
      },
    },
  )
  await emptied(shown)
  assert.deepEqual(claimedMeanwhile, [0], 'it was fetched once, with nothing claimed')
  assert.deepEqual(
    shown.scripted.sent.map((each) => each.id),
    ids,
    'in the order of the queue',
  )
  const sent = shown.scripted.sent[0]?.message.content
  assert.ok(sent?.kind === 'file' && sent.file.at === 'here' && sent.mimeType === 'image/jpeg')
  const kept = sourceOf(await shown.row(ids[0] ?? ('' as MessageId)))
  assert.deepEqual([kept.file.at, kept.file.sha256], ['here', sent.file.sha256])
})

test('an address that gives no file settles the message as failed with the reason, and the next one leaves', async () => {
  let id = '' as MessageId
  const shown = await stage(
    domain,
    async (instance) => {
      id = await sendTo(instance, PHONE, picture({ at: 'url', url: 'https://files.example/gone.jpg' }))
      await sendTo(instance, PHONE, { kind: 'text', text: 'next' })
    },
    { node: { fetchFile: () => Promise.resolve(fault('refused', 'it answered 404')) } },
  )
  await emptied(shown)
  const row = await shown.row(id)
  assert.deepEqual([row?.status, row?.description], ['failed', 'it answered 404'])
  assert.deepEqual(shown.scripted.asked, ['send text'])
  const told = await drainOf(shown)
  assert.deepEqual(told, [['outgoingMessageStatus', 'failed', 'it answered 404']])
})

test('a fetch holds no other change of the instance, and one whose message was cleared meanwhile stores nothing', async () => {
  let release: () => void = () => undefined
  let aborted = false
  let id = '' as MessageId
  const shown = await stage(
    domain,
    async (instance) => {
      id = await sendTo(instance, PHONE, picture({ at: 'url', url: 'https://files.example/slow.jpg' }))
    },
    {
      node: {
        fetchFile: (_id, _url, signal) => {
          signal.addEventListener('abort', () => (aborted = true))
          return new Promise((resolve) => (release = () => resolve(fault('refused', 'too late to tell'))))
        },
      },
    },
  )
  await sleep(30)
  await shown.record.changes.run(() =>
    shown.record.commit([{ kind: 'instance.name', instance: shown.record.id, name: 'quick' }]),
  )
  const last = shown.record.outbox.last
  await shown.record.changes.run(() =>
    shown.record.commit([
      { kind: 'outbox.fail', instance: shown.record.id, upTo: last, description: 'cleared', at: Date.now() },
    ]),
  )
  release()
  await sleep(50)
  const row = await shown.row(id)
  assert.deepEqual([row?.status, row?.description], ['failed', 'cleared'])
  assert.equal(shown.record.mailbox.count, 0)
  assert.equal(aborted, false)
  await shown.sender.stop()
})

test('a stop aborts a fetch; the next process fetches again', async () => {
  let isAborted = false
  let id = '' as MessageId
  const shown = await stage(
    domain,
    async (instance) => {
      id = await sendTo(instance, PHONE, picture({ at: 'url', url: 'https://files.example/cat.jpg' }))
    },
    {
      node: {
        fetchFile: (_id, _url, signal) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              isAborted = true
              resolve(fault('refused', 'stopped'))
            })
          }),
      },
    },
  )
  await sleep(30)
  await shown.sender.stop()
  await sleep(30)
  assert.equal(isAborted, true)
  assert.equal((await shown.row(id))?.status, 'pending')
  const fetched: string[] = []
  const again = await stageAgain(domain, shown.instance, {
    node: {
      fetchFile: async (_id, url) => {
        fetched.push(url)
        return { file: await keep(domain, shown.instance, 'meow again'), mimeType: 'image/jpeg' }
      },
    },
  })
  await emptied(again)
  assert.deepEqual(fetched, ['https://files.example/cat.jpg'])
  assert.equal((await again.row(id))?.status, 'sent')
})

test("a crash between the fetched file and the claim doesn't fetch again", async () => {
  let id = '' as MessageId
  const shown = await stage(
    domain,
    async (instance) => {
      id = await sendTo(instance, PHONE, picture({ at: 'url', url: 'https://files.example/cat.jpg' }))
    },
    {
      node: {
        fetchFile: async (instanceId) => {
          const instance = domain.instances.get(instanceId)
          assert.ok(instance !== undefined)
          return { file: await keep(domain, instance, 'kept before the crash'), mimeType: 'image/jpeg' }
        },
        // The process dies where the claim would be written.
        store: {
          ...domain.node.store,
          commit: (batch) =>
            batch.writes.some((write) => write.kind === 'outbox.claim')
              ? new Promise<never>(() => undefined)
              : domain.node.store.commit(batch),
        },
      },
    },
  )
  await until(async () => sourceOf(await shown.row(id)).file.at === 'here')
  const again = await stageAgain(domain, shown.instance, {
    node: { fetchFile: () => Promise.reject(new Error('fetched again')) },
  })
  await emptied(again)
  assert.equal((await again.row(id))?.status, 'sent')
  const sent = again.scripted.sent[0]?.message.content
  assert.ok(sent?.kind === 'file' && sent.file.at === 'here')
})

test('a crash before the fetched file is stored with its message fetches again, and one after the claim never sends blindly', async () => {
  let id = '' as MessageId
  let fetches = 0
  const fetchFile: Node['fetchFile'] = async (instanceId) => {
    fetches += 1
    const instance = domain.instances.get(instanceId)
    assert.ok(instance !== undefined)
    return { file: await keep(domain, instance, 'kept twice'), mimeType: 'application/octet-stream' }
  }
  const dying = (kind: string): Partial<Node> => ({
    fetchFile,
    store: {
      ...domain.node.store,
      commit: (batch) =>
        batch.writes.some((write) => write.kind === kind)
          ? new Promise<never>(() => undefined)
          : domain.node.store.commit(batch),
    },
  })
  const shown = await stage(
    domain,
    async (instance) => {
      id = await sendTo(instance, PHONE, picture({ at: 'url', url: 'https://files.example/cat.jpg' }, 'image/jpeg'))
    },
    { node: dying('message.body') },
  )
  await until(() => fetches === 1)
  const second = await stageAgain(domain, shown.instance, { node: dying('outbox.remove') })
  await until(() => second.scripted.sent.length === 1)
  assert.equal(fetches, 2)
  assert.equal(sourceOf(await second.row(id)).mimeType, 'image/jpeg', 'as the name told, since the server did not know')
  const third = await stageAgain(domain, shown.instance, {
    node: { fetchFile: () => Promise.reject(new Error('again')) },
  })
  await sleep(50)
  assert.deepEqual(third.scripted.sent, [], 'it is unsure, not sent again')
  assert.equal((await third.row(id))?.status, 'pending')
  await third.sender.stop()
})

test('a file that is kept no longer is failed, one that the network can bring is brought', async () => {
  const brought: string[] = []
  let kept: KeptFile | undefined
  const ids: MessageId[] = []
  const shown = await stage(
    domain,
    async (instance) => {
      kept = { ...(await keep(domain, instance, 'from the network')), remote: 'key' }
      await domain.node.media.removeInstance(instance.id)
      ids.push(await sendTo(instance, PHONE, picture({ at: 'here', sha256: 'ab'.repeat(32), size: 4 })))
      ids.push(await sendTo(instance, PHONE, picture(kept)))
      ids.push(await sendTo(instance, PHONE, picture({ at: 'nowhere', why: 'tooLarge' })))
    },
    {
      bring: async (file) => {
        brought.push(file.sha256)
        if (file.remote === undefined) return fault('fileGone', 'the file is not available any more')
        const [instance] = [...domain.instances.all()].slice(-1)
        assert.ok(instance !== undefined)
        await keep(domain, instance, 'from the network')
        return undefined
      },
    },
  )
  await emptied(shown)
  const rows = await Promise.all(ids.map((id) => shown.row(id)))
  assert.deepEqual(
    rows.map((row) => [row?.status, row?.description]),
    [
      ['failed', 'the file is not available any more'],
      ['sent', ''],
      ['failed', 'the file is too large to be sent'],
    ],
  )
  assert.deepEqual(brought.slice(-1), [kept?.sha256])
})

/** Every wait is over at once. */
const hasty = { ...systemClock, after: (_delayMs: number, run: () => void) => systemClock.after(1, run) }

test('a file that cannot be kept is tried a bounded number of times and then failed, and the next message leaves', async () => {
  let id = '' as MessageId
  let fetches = 0
  const fetchFile: Node['fetchFile'] = () => {
    fetches += 1
    return Promise.reject(new Error('disk full'))
  }
  const shown = await stage(
    domain,
    async (instance) => {
      id = await sendTo(instance, PHONE, picture({ at: 'url', url: 'https://files.example/cat.jpg' }))
      await sendTo(instance, PHONE, { kind: 'text', text: 'next' })
    },
    { node: { fetchFile, clock: hasty } },
  )
  await emptied(shown)
  assert.equal(fetches, 5)
  const row = await shown.row(id)
  assert.deepEqual([row?.status, row?.description], ['failed', 'the file could not be kept'])
  assert.deepEqual(shown.scripted.asked, ['send text'])
})

test('a file that only waits for the connection is waited for, however long', async () => {
  let asked = 0
  const shown = await stage(
    domain,
    async (instance) => {
      await sendTo(instance, PHONE, picture({ at: 'here', sha256: 'cd'.repeat(32), size: 4, remote: 'key' }))
    },
    {
      node: { clock: hasty },
      bring: () => {
        asked += 1
        const isOver = asked > 20
        return Promise.resolve(isOver ? fault('fileGone', 'gone') : fault('notConnected', 'no connection'))
      },
    },
  )
  await emptied(shown)
  assert.equal(asked, 21)
})

test('a file that takes long to reach the network is given the time for it', async () => {
  const abandoned = fault('notConnected', 'stopped before the message was sent')
  const limits = { ...domain.node.limits, unsureHoldMs: 0 }
  const shown = await stage(
    domain,
    async (instance) => {
      const file = await keep(domain, instance, 'x'.repeat(1000))
      // As if it had a megabyte.
      await sendTo(instance, PHONE, picture({ ...file, size: 1_048_576 }))
    },
    { node: { limits } },
  )
  shown.scripted.verdict = async (signal) => {
    await sleep(1500, undefined, { signal }).catch(() => undefined)
    return signal.aborted ? { ok: false, fault: abandoned } : { ok: true, at: Date.now() }
  }
  await emptied(shown)
  assert.equal(shown.scripted.sent.length, 1, 'its first attempt was not stopped')
})
