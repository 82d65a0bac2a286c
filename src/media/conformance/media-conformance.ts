import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { nameWithoutHash } from '../../model/hashless-files.ts'
import type { EpochMs, InstanceId } from '../../model/ids.ts'
import type { Draft, Media } from '../media.ts'

/** One media store under test, with an empty place of its own. */
export interface MediaRig {
  readonly media: Media
  now(): EpochMs
  /** Lets so much time pass for the store. */
  skip(ms: number): void
  /** As after a crash: another store over the same place, with nobody told. */
  reopen(): Promise<Media>
  /** Everything that lies there, kept or not, by whatever name. */
  countFiles(): Promise<number>
  close(): Promise<void>
}

const LIMIT = 1000
const ONE = 1101000001 as InstanceId
const TWO = 1101000002 as InstanceId

export function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** What every media store must do wherever it keeps files. `start` makes a rig for each test. */
export function mediaConformance(name: string, start: () => Promise<MediaRig>): void {
  describe(`media conformance: ${name}`, () => {
    let rig: MediaRig
    beforeEach(async () => {
      rig = await start()
    })
    afterEach(() => rig.close())
    const bench: Bench = {
      get rig() {
        return rig
      },
      receive: async (bytes) => {
        const draft = await rig.media.receive(Readable.from(piecesOf(bytes)), LIMIT)
        assert.ok(draft !== 'tooLarge')
        return draft
      },
      keep: async (bytes, instance = ONE) => {
        await (await bench.receive(bytes)).keep(instance)
        return sha256Of(bytes)
      },
      read: async (sha256, instance = ONE, range, media = rig.media) => {
        const stored = await media.open(instance, sha256)
        return stored === null ? null : buffer(stored.read(range))
      },
    }
    describe('keeping', () => keeping(bench))
    describe('refusing', () => refusing(bench))
    describe('reading', () => reading(bench))
    describe('measuring', () => measuring(bench))
    describe('removing', () => removing(bench))
    describe('much', () => much(bench))
  })
}

interface Bench {
  readonly rig: MediaRig
  receive(bytes: Buffer): Promise<Draft>
  /** The hash that it is kept under. */
  keep(bytes: Buffer, instance?: InstanceId): Promise<string>
  read(
    sha256: string,
    instance?: InstanceId,
    range?: { readonly first: number; readonly last: number },
    media?: Media,
  ): Promise<Buffer | null>
}

/** In pieces of 100 bytes, as they may come from a socket. */
function piecesOf(bytes: Buffer): readonly Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / 100) }, (_, index) =>
    bytes.subarray(index * 100, (index + 1) * 100),
  )
}

function keeping(bench: Bench): void {
  for (const size of [0, 1, 99, 100, LIMIT]) {
    test(`${String(size)} bytes come back as they were, named by their hash`, async () => {
      const bytes = randomBytes(size)
      const draft = await bench.receive(bytes)
      assert.deepEqual([draft.sha256, draft.size], [sha256Of(bytes), size])
      await draft.keep(ONE)
      assert.deepEqual(await bench.read(draft.sha256), bytes)
      assert.equal((await bench.rig.media.open(ONE, draft.sha256))?.size, size)
    })
  }

  test('what has another name than its hash is found under that, and nowhere else', async () => {
    const bytes = randomBytes(300)
    const draft = await bench.receive(bytes)
    const name = nameWithoutHash('file 7')
    await draft.keep(ONE, name)
    assert.deepEqual(await bench.read(name), bytes)
    assert.equal(await bench.read(draft.sha256), null)
    assert.equal(await bench.read(name, TWO), null)
  })

  test('a draft is not there before it is kept, and not after it was discarded', async () => {
    const bytes = randomBytes(300)
    const draft = await bench.receive(bytes)
    assert.equal(await bench.read(draft.sha256), null)
    await draft.discard()
    assert.equal(await bench.read(draft.sha256), null)
    assert.equal(await bench.rig.countFiles(), 0)
    await draft.discard()
  })

  test('discarding what is kept does nothing', async () => {
    const draft = await bench.receive(Buffer.from('kept'))
    await draft.keep(ONE)
    await draft.discard()
    assert.equal(String(await bench.read(draft.sha256)), 'kept')
  })

  test('what is kept is there for a store that is opened anew', async () => {
    const sha256 = await bench.keep(Buffer.from('durable'))
    assert.equal(String(await bench.read(sha256, ONE, undefined, await bench.rig.reopen())), 'durable')
  })

  test('each instance has its own', async () => {
    const sha256 = await bench.keep(Buffer.from('mine'))
    assert.equal(await bench.read(sha256, TWO), null)
    await bench.keep(Buffer.from('mine'), TWO)
    assert.equal(String(await bench.read(sha256, TWO)), 'mine')
  })

  test('the same file again is kept once, and is as young as the last time', async () => {
    const sha256 = await bench.keep(Buffer.from('again'))
    bench.rig.skip(60_000)
    await bench.keep(Buffer.from('again'))
    assert.equal(await bench.rig.countFiles(), 1)
    const stored = await bench.rig.media.open(ONE, sha256)
    assert.ok(Math.abs((stored?.keptAt ?? 0) - bench.rig.now()) < 2000)
  })

  test('the same file from many at once is kept once and whole', async () => {
    const bytes = randomBytes(900)
    await Promise.all(Array.from({ length: 20 }, () => bench.keep(bytes)))
    assert.equal(await bench.rig.countFiles(), 1)
    assert.deepEqual(await bench.read(sha256Of(bytes)), bytes)
  })

  test('who reads while the same file is kept again reads it whole', async () => {
    const bytes = randomBytes(900)
    const stored = await bench.rig.media.open(ONE, await bench.keep(bytes))
    const reading = stored?.read()
    await bench.keep(bytes)
    assert.deepEqual(reading && (await buffer(reading)), bytes)
  })
}

function refusing(bench: Bench): void {
  test('one byte over the limit is too large: the stream is destroyed, nothing is left', async () => {
    const stream = Readable.from(piecesOf(randomBytes(LIMIT + 1)))
    assert.equal(await bench.rig.media.receive(stream, LIMIT), 'tooLarge')
    assert.ok(stream.destroyed)
    assert.equal(await bench.rig.countFiles(), 0)
  })

  test('what never ends is cut off at the limit', async () => {
    const endless = Readable.from(zeros())
    assert.equal(await bench.rig.media.receive(endless, LIMIT), 'tooLarge')
    assert.ok(endless.destroyed)
  })

  test('a stream that fails in the middle rejects with its error and leaves nothing', async () => {
    const failing = Readable.from(failingAfter(5))
    await assert.rejects(bench.rig.media.receive(failing, LIMIT), /the line broke/)
    assert.equal(await bench.rig.countFiles(), 0)
  })

  test('a stream that is abandoned in the middle rejects and leaves nothing', async () => {
    const stream = new PassThrough()
    const receiving = bench.rig.media.receive(stream, LIMIT)
    stream.write('some bytes')
    setImmediate(() => stream.destroy())
    await assert.rejects(receiving)
    assert.equal(await bench.rig.countFiles(), 0)
  })

  test('a stream that failed before it is read rejects and leaves nothing', async () => {
    const stream = new PassThrough()
    stream.on('error', () => undefined)
    stream.destroy(new Error('the line broke'))
    await assert.rejects(bench.rig.media.receive(stream, LIMIT), /the line broke|Premature close/)
    assert.equal(await bench.rig.countFiles(), 0)
  })
}

function reading(bench: Bench): void {
  test('ranges include their first and last byte', async () => {
    const bytes = Buffer.from('0123456789')
    const sha256 = await bench.keep(bytes)
    for (const [first, last, expected] of [
      [0, 9, '0123456789'],
      [0, 0, '0'],
      [9, 9, '9'],
      [3, 5, '345'],
    ] as const) {
      assert.equal(String(await bench.read(sha256, ONE, { first, last })), expected)
    }
  })

  for (const odd of ['', 'x', '../../etc/passwd', 'A'.repeat(64), `${'a'.repeat(63)}/`, '0'.repeat(65)]) {
    test(`"${odd.slice(0, 20)}" names nothing`, async () => {
      await bench.keep(Buffer.from('something'))
      assert.equal(await bench.rig.media.open(ONE, odd), null)
    })
  }

  test('what was never kept is not there', async () => {
    assert.equal(await bench.rig.media.open(ONE, '0'.repeat(64)), null)
  })
}

function measuring(bench: Bench): void {
  test('what an instance keeps is counted once, and nothing of others or of drafts', async () => {
    const { media } = bench.rig
    assert.equal(await media.bytesOf(ONE), 0)
    await bench.keep(randomBytes(300))
    const twice = randomBytes(40)
    await bench.keep(twice)
    await bench.keep(twice)
    await bench.keep(randomBytes(7), TWO)
    await bench.receive(randomBytes(99))
    assert.deepEqual([await media.bytesOf(ONE), await media.bytesOf(TWO)], [340, 7])
    assert.equal(await (await bench.rig.reopen()).bytesOf(ONE), 340)
    await media.removeInstance(ONE)
    assert.deepEqual([await media.bytesOf(ONE), await media.bytesOf(TWO)], [0, 7])
  })

  test('what a sweep took is counted no more', async () => {
    await bench.keep(randomBytes(300))
    bench.rig.skip(100_000)
    await bench.keep(randomBytes(5))
    await bench.rig.media.sweep(bench.rig.now() - 50_000)
    assert.equal(await bench.rig.media.bytesOf(ONE), 5)
  })
}

function removing(bench: Bench): void {
  test('a sweep takes what was kept before the time, and nothing else', async () => {
    const old = await bench.keep(Buffer.from('old'))
    bench.rig.skip(100_000)
    const young = await bench.keep(Buffer.from('young'))
    assert.equal(await bench.rig.media.sweep(bench.rig.now() - 50_000), 1)
    assert.deepEqual([await bench.read(old), String(await bench.read(young))], [null, 'young'])
    assert.equal(await bench.rig.media.sweep(bench.rig.now() - 50_000), 0)
  })

  test('a sweep takes forgotten drafts too', async () => {
    await bench.receive(Buffer.from('forgotten'))
    bench.rig.skip(100_000)
    assert.equal(await bench.rig.media.sweep(bench.rig.now() - 50_000), 1)
    assert.equal(await bench.rig.countFiles(), 0)
  })

  test('drafts do not outlive the store that received them', async () => {
    await bench.receive(Buffer.from('cut off by a crash'))
    await bench.rig.reopen()
    assert.equal(await bench.rig.countFiles(), 0)
  })

  test('a file that is kept anew while the old one is swept is there afterwards', async () => {
    for (let round = 0; round < 20; round += 1) {
      const bytes = Buffer.from(`contended ${String(round)}`)
      const sha256 = await bench.keep(bytes)
      bench.rig.skip(100_000)
      const drafts = await Promise.all([bench.receive(bytes), bench.receive(bytes)])
      const sweeping = bench.rig.media.sweep(bench.rig.now() - 50_000)
      await Promise.all([sweeping, ...drafts.map((draft) => draft.keep(ONE))])
      assert.deepEqual(await bench.read(sha256), bytes)
    }
  })

  test('an instance goes with all its files, and can have new ones', async () => {
    const mine = await bench.keep(Buffer.from('mine'))
    const others = await bench.keep(Buffer.from('others'), TWO)
    await bench.rig.media.removeInstance(ONE)
    assert.deepEqual([await bench.read(mine), String(await bench.read(others, TWO))], [null, 'others'])
    await bench.rig.media.removeInstance(ONE)
    await bench.keep(Buffer.from('mine'))
    assert.equal(String(await bench.read(mine)), 'mine')
  })
}

const MEGABYTE = 1024 * 1024

function much(bench: Bench): void {
  test('a large file is never in memory, neither on its way in nor out', async () => {
    const sizeMb = 128
    const most = highestMemory()
    const draft = await bench.rig.media.receive(Readable.from(megabytes(sizeMb)), sizeMb * MEGABYTE)
    assert.ok(draft !== 'tooLarge')
    await draft.keep(ONE)
    let read = 0
    for await (const piece of (await bench.rig.media.open(ONE, draft.sha256))?.read() ?? []) {
      read += (piece as Buffer).length
      most.look()
    }
    assert.equal(read, sizeMb * MEGABYTE)
    assert.ok(most.grewBy < 64 * MEGABYTE, `grew by ${String(most.grewBy)} bytes`)
  })

  /** Looked at as pieces go by, with what is garbage already: what is buffered outside the heap counts here. */
  function highestMemory() {
    const before = process.memoryUsage().arrayBuffers
    let highest = before
    return {
      look: () => {
        highest = Math.max(highest, process.memoryUsage().arrayBuffers)
      },
      get grewBy() {
        return highest - before
      },
    }
  }
}

function* megabytes(count: number): Generator<Buffer, void, undefined> {
  for (let index = 0; index < count; index += 1) yield Buffer.alloc(MEGABYTE, index)
}

function* zeros(): Generator<Buffer, void, undefined> {
  for (;;) yield Buffer.alloc(64)
}

async function* failingAfter(pieces: number): AsyncGenerator<Buffer, void, undefined> {
  for (let index = 0; index < pieces; index += 1) yield Buffer.alloc(10)
  await new Promise((resolve) => setImmediate(resolve))
  throw new Error('the line broke')
}
