// Truth: the media port's conformance suite, and what lies in the bucket of a real S3 server (s3rver, in a process of its own).
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { OperatorTrouble } from '../../src/lib/operator-trouble.ts'
import { mediaConformance, sha256Of } from '../../src/media/conformance/media-conformance.ts'
import { copyMedia } from '../../src/media/copy.ts'
import { openDiskMedia } from '../../src/media/disk.ts'
import type { Media } from '../../src/media/media.ts'
import { openS3Media, type OpenedS3Media, type S3MediaOptions } from '../../src/media/s3.ts'
import { loadS3Sdk } from '../../src/media/s3-sdk.ts'
import type { InstanceId } from '../../src/model/ids.ts'
import { StorageFailed } from '../../src/storage/storage-failed.ts'
import { ageFiles, filesIn, startS3Server, type S3Server } from '../support/s3-server.ts'

const DAY_MS = 86_400_000
const MEGABYTE = 1024 * 1024
const ONE = 1101000001 as InstanceId
const IMPATIENT = { connectMs: 300, idleMs: 500, callMs: 1500, pauseMs: 20 }

let server: S3Server
let spools = ''
before(async () => {
  server = await startS3Server()
  spools = mkdtempSync(join(tmpdir(), 'jadegate-spool-'))
})
after(async () => {
  await server.close()
  rmSync(spools, { recursive: true, force: true })
})

let places = 0

/** A place of its own in the bucket, and a spool; the place of a store that was opened before is another one. */
function newPlace(more: Partial<S3MediaOptions> = {}): S3MediaOptions {
  places += 1
  return {
    settings: server.settings,
    prefix: `test/${String(places)}/`,
    spool: join(spools, String(places)),
    keepMs: 15 * DAY_MS,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    ...more,
  }
}

function objectsOf({ prefix }: S3MediaOptions): readonly { readonly path: string; readonly size: number }[] {
  return server.objects().filter(({ path }) => path.includes(`/${prefix}`))
}

mediaConformance('s3', async () => {
  const place = newPlace()
  const opened: OpenedS3Media[] = []
  const open = async (): Promise<OpenedS3Media> => {
    const media = await openS3Media(place)
    opened.push(media)
    return media
  }
  return {
    media: await open(),
    now: () => systemClock.now(),
    skip: (ms) => {
      server.age(ms)
      ageFiles(place.spool, ms)
    },
    reopen: open,
    countFiles: () => Promise.resolve(objectsOf(place).length + filesIn(place.spool).length),
    close: () => {
      for (const media of opened) media.close()
      return Promise.resolve()
    },
  }
})

describe('an S3 store', () => {
  let place: S3MediaOptions
  let media: OpenedS3Media
  beforeEach(async () => {
    place = newPlace({ patience: IMPATIENT, settleMs: 300 })
    media = await openS3Media(place)
  })
  afterEach(() => {
    server.door = 'open'
    media.close()
  })

  async function receive(bytes: Buffer, into: Media = media) {
    const draft = await into.receive(Readable.from([bytes]), 1000 * MEGABYTE)
    assert.ok(draft !== 'tooLarge')
    return draft
  }

  async function keep(bytes: Buffer, instance = ONE, into: Media = media): Promise<string> {
    const draft = await receive(bytes, into)
    await draft.keep(instance)
    return draft.sha256
  }

  async function opened(sha256: string) {
    const stored = await media.open(ONE, sha256)
    assert.ok(stored !== null)
    return stored
  }

  test('a file has the same name in the bucket as in the folder of a disk', async () => {
    const sha256 = await keep(Buffer.from('named'))
    assert.equal(objectsOf(place).length, 1)
    const { path = '' } = objectsOf(place)[0] ?? {}
    assert.ok(path.includes(`/${place.prefix}1101000001/${sha256.slice(0, 2)}/${sha256}`), path)
  })

  test('more than one page of files is counted, swept and removed', async () => {
    const many = newPlace()
    const patient = await openS3Media(many)
    const bytes = Array.from({ length: 1030 }, (_, index) => Buffer.from(`file ${String(index).padStart(5)}`))
    for (let at = 0; at < bytes.length; at += 50) {
      await Promise.all(bytes.slice(at, at + 50).map((each) => keep(each, ONE, patient)))
    }
    assert.equal(await patient.bytesOf(ONE), 10_300)
    server.age(10_000)
    await keep(bytes[7] ?? Buffer.of(), ONE, patient)
    assert.equal(await patient.sweep(systemClock.now() - 5000), 1029)
    assert.equal(await patient.bytesOf(ONE), 10)
    await patient.removeInstance(ONE)
    assert.equal(objectsOf(many).length, 0)
    patient.close()
  })

  test('what somebody else put into the bucket is not swept', async () => {
    const other = newPlace({ prefix: `${place.prefix}else/` })
    const neighbour = await openS3Media(other)
    await keep(Buffer.from('not ours'), ONE, neighbour)
    server.age(10_000)
    assert.equal(await media.sweep(systemClock.now()), 0)
    assert.equal(objectsOf(other).length, 1)
    neighbour.close()
  })

  test('a file that another process sweeps while it is kept anew is there afterwards', async () => {
    const bytes = Buffer.from('old and wanted')
    const sha256 = await keep(bytes)
    server.age(20 * DAY_MS)
    const other = await openS3Media(newPlace({ prefix: place.prefix }))
    const keeping = keep(bytes)
    // What the other saw before it was kept is what it removes after: as if its call had been on its way all the time.
    await new Promise((resolve) => setTimeout(resolve, 150))
    await other.removeInstance(ONE)
    await keeping
    assert.deepEqual(await buffer((await opened(sha256)).read()), bytes)
    other.close()
  })

  test('eight uploads of 100 MB at once stay far below 100 MB of memory', async () => {
    const patient = await openS3Media(newPlace({ prefix: place.prefix }))
    let highest = 0
    const before = process.memoryUsage().arrayBuffers
    const look = setInterval(() => (highest = Math.max(highest, process.memoryUsage().arrayBuffers - before)), 20)
    const uploads = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const draft = await patient.receive(Readable.from(megabytes(100, index)), 100 * MEGABYTE)
        assert.ok(draft !== 'tooLarge')
        await draft.keep(ONE)
        return draft.sha256
      }),
    )
    clearInterval(look)
    assert.equal(await patient.bytesOf(ONE), 800 * MEGABYTE)
    patient.close()
    assert.equal(new Set(uploads).size, 8)
    assert.ok(highest < 100 * MEGABYTE, `grew by ${String(highest)} bytes`)
  })

  test('a download that is broken off goes on where it was', async () => {
    const bytes = systemRandom.bytes(3 * MEGABYTE)
    const stored = await opened(await keep(bytes))
    server.door = { down: MEGABYTE }
    assert.deepEqual(await buffer(stored.read()), bytes)
    assert.deepEqual(await buffer(stored.read({ first: 5, last: 2 * MEGABYTE })), bytes.subarray(5, 2 * MEGABYTE + 1))
  })

  test('a download fails when the server is stopped in the middle, and can be had again', async () => {
    const bytes = systemRandom.bytes(8 * MEGABYTE)
    const stored = await opened(await keep(bytes))
    const reading = stored.read()
    await once(reading, 'readable')
    await server.kill()
    await assert.rejects(buffer(reading), StorageFailed)
    await server.start()
    assert.deepEqual(await buffer(stored.read()), bytes)
  })

  test('a download that nobody reads to its end lets go of its connection', async () => {
    const stored = await opened(await keep(Buffer.alloc(8 * MEGABYTE)))
    for (let round = 0; round < 300; round += 1) {
      const reading = stored.read()
      await once(reading, 'readable')
      reading.destroy()
    }
    assert.equal((await buffer(stored.read({ first: 0, last: 9 }))).length, 10)
  })

  test('who reads slowly gets everything', async () => {
    const bytes = systemRandom.bytes(4 * MEGABYTE)
    const reading = (await opened(await keep(bytes))).read()
    const slow = reading.pipe(new PassThrough({ highWaterMark: 1000 }))
    await new Promise((resolve) => setTimeout(resolve, 4 * IMPATIENT.idleMs))
    assert.deepEqual(await buffer(slow), bytes)
  })

  test('a server that is stopped in the middle of an upload has nothing of it; a new attempt brings it', async () => {
    const bytes = systemRandom.bytes(16 * MEGABYTE)
    const draft = await receive(bytes)
    server.door = { up: MEGABYTE }
    await assert.rejects(draft.keep(ONE), StorageFailed)
    await server.kill()
    server.door = 'open'
    await server.start()
    assert.equal(await media.open(ONE, sha256Of(bytes)), null)
    assert.deepEqual(readdirSync(place.spool), [])
    assert.deepEqual(await buffer((await opened(await keep(bytes))).read()), bytes)
  })

  test('an upload is tried again when the first attempt is broken off or refused', async () => {
    const bytes = systemRandom.bytes(2 * MEGABYTE)
    for (const trouble of [{ up: MEGABYTE }, 'busy'] as const) {
      const draft = await receive(Buffer.concat([bytes, Buffer.from(JSON.stringify(trouble))]))
      server.troubleUpload(trouble)
      await draft.keep(ONE)
      assert.equal(server.door, 'open', 'an upload was troubled')
      assert.equal((await opened(draft.sha256)).size, draft.size)
    }
  })

  for (const trouble of ['busy', 'deaf'] as const) {
    test(`a server that is ${trouble} is told in bounded time, whatever is asked`, { timeout: 30_000 }, async () => {
      const stored = await opened(await keep(Buffer.from('kept')))
      const draft = await receive(Buffer.from('more'))
      server.door = trouble
      const since = performance.now()
      const calls = [
        () => media.open(ONE, '0'.repeat(64)),
        () => media.bytesOf(ONE),
        () => media.sweep(1),
        () => media.removeInstance(ONE),
        () => draft.keep(ONE),
        () => stored.renew(),
        () => buffer(stored.read()),
      ]
      await Promise.all(calls.map((call) => assert.rejects(call, StorageFailed)))
      assert.ok(performance.now() - since < 20_000)
      server.door = 'open'
      assert.equal(String(await buffer(stored.read())), 'kept')
    })
  }

  test('a slow server is waited for', async () => {
    const bytes = systemRandom.bytes(150_000)
    const stored = await opened(await keep(bytes))
    server.door = 'trickle'
    assert.deepEqual(await buffer(stored.read()), bytes)
  })

  test('a store that is away does not keep a server from starting, and nothing is lost by it', async () => {
    const sha256 = await keep(Buffer.from('here'))
    server.door = 'busy'
    const said: string[] = []
    const log = { ...silentLog, warn: (_: object, text: string) => said.push(text) }
    const late = await openS3Media({ ...place, log })
    assert.match(said.join(), /does not answer now/)
    await assert.rejects(late.open(ONE, sha256), StorageFailed)
    server.door = 'open'
    assert.notEqual(await late.open(ONE, sha256), null)
    late.close()
  })

  test('the files of a folder are brought over, again only what is new, and nothing that is damaged', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'jadegate-media-'))
    const disk = await openDiskMedia({ folder, clock: systemClock, random: systemRandom })
    const names = [
      await keep(Buffer.from('one'), ONE, disk),
      await keep(Buffer.from('two'), 1101000002 as InstanceId, disk),
    ]
    await receive(Buffer.from('a draft'), disk)
    const nothing = () => undefined
    assert.deepEqual(await copyMedia(folder, media, nothing), { files: 2, copied: 2, bytes: 6, damaged: [] })
    assert.equal(String(await buffer((await opened(names[0] ?? '')).read())), 'one')
    const third = await keep(Buffer.from('three'), ONE, disk)
    const broken = join(folder, '1101000001', third.slice(0, 2), third)
    writeFileSync(broken, 'tree')
    await keep(Buffer.from('four'), ONE, disk)
    assert.deepEqual(await copyMedia(folder, media, nothing), { files: 3, copied: 1, bytes: 4, damaged: [broken] })
    assert.equal(objectsOf(place).length, 3)
    rmSync(folder, { recursive: true, force: true })
  })

  test('what the operator can mend is said at the start, without the key', async () => {
    const wrong = (settings: object) => openS3Media({ ...place, settings: { ...server.settings, ...settings } })
    await assert.rejects(wrong({ bucket: 'nowhere' }), /nowhere.*no such bucket/)
    await assert.rejects(wrong({ accessKey: { id: 'hush', secret: 'hush-hush' } }), (error) => {
      assert.ok(error instanceof OperatorTrouble)
      assert.match(error.message, /access key/)
      assert.doesNotMatch(error.message, /hush/)
      return true
    })
    await assert.rejects(loadS3Sdk('@aws-sdk/client-that-is-not-there'), OperatorTrouble)
  })
})

function* megabytes(count: number, seed: number): Generator<Buffer, void, undefined> {
  for (let index = 0; index < count; index += 1) yield Buffer.alloc(MEGABYTE, seed * 31 + index)
}
