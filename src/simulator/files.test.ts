// Truth: a file is there whole or not at all, under the hash of its bytes, until nobody has used it for as long as is asked.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, test } from 'node:test'
import { buffer } from 'node:stream/consumers'
import { systemRandom } from '../lib/random.ts'
import { SkippingClock } from '../lib/skipping-clock.ts'
import { Files, FILE_LIMIT_BYTES } from './files.ts'

let folder: string
let clock: SkippingClock
let files: Files
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jadegate-files-'))
  clock = new SkippingClock()
  files = new Files(folder, clock, systemRandom)
})
afterEach(() => rm(folder, { recursive: true }))

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** So many bytes of zeros, made as they are read. */
function zeros(bytes: number): Readable {
  const chunk = Buffer.alloc(65_536)
  let left = bytes
  return new Readable({
    read() {
      const next = chunk.subarray(0, Math.min(left, chunk.length))
      left -= next.length
      this.push(next.length === 0 ? null : next)
    },
  })
}

test('what goes in comes out under its hash, and the same bytes twice are one file', async () => {
  const bytes = randomBytes(300_000)
  const sha256 = hashOf(bytes)
  for (let time = 0; time < 2; time += 1)
    assert.deepEqual(await files.put(Readable.from([bytes.subarray(0, 7), bytes.subarray(7)])), {
      sha256,
      size: 300_000,
    })
  assert.equal(await files.size(sha256), 300_000)
  assert.deepEqual(await buffer(files.read(sha256)), bytes)
  const empty = await files.put(Readable.from([]))
  assert.deepEqual(empty, { sha256: hashOf(Buffer.alloc(0)), size: 0 })
  assert.equal(await files.size(hashOf(Buffer.from('never seen'))), null)
})

test('names that are no hashes are nothing, whatever they point at', async () => {
  for (const name of ['', '..', '../network.db', 'A'.repeat(64), `${'a'.repeat(64)}/../..`]) {
    assert.equal(await files.size(name), null)
    assert.equal(files.touch(name), false)
  }
})

test('the largest file is taken, one more byte is not, and nothing of it stays', async () => {
  const kept = await files.put(zeros(FILE_LIMIT_BYTES))
  assert.ok(kept !== 'tooLarge' && kept.size === FILE_LIMIT_BYTES)
  assert.equal(await files.put(zeros(FILE_LIMIT_BYTES + 1)), 'tooLarge')
  assert.deepEqual(await readdir(folder), [kept.sha256.slice(0, 2)])
})

test('a stream that breaks off leaves nothing, and neither does a crash', async () => {
  const broken = new Readable({ read: () => undefined })
  broken.push('half of it')
  setImmediate(() => broken.destroy(new Error('gone')))
  await assert.rejects(files.put(broken), /gone/)
  assert.deepEqual(await readdir(folder), [])
  await writeFile(join(folder, 'cut-off.part'), 'half')
  new Files(folder, clock, systemRandom)
  assert.deepEqual(await readdir(folder), [])
})

test('old files are forgotten, those in use are not', async () => {
  const [old, used] = await Promise.all(['old', 'used'].map((text) => files.put(Readable.from([Buffer.from(text)]))))
  assert.ok(old !== undefined && used !== undefined && old !== 'tooLarge' && used !== 'tooLarge')
  clock.skip(10_000)
  assert.equal(files.touch(used.sha256), true)
  await files.sweep(clock.now() - 5_000)
  assert.deepEqual([await files.size(old.sha256), await files.size(used.sha256)], [null, 4])
  assert.equal(files.touch(old.sha256), false)
})
