// Truth: the media port's conformance suite, and what lies in a real folder.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { systemRandom } from '../lib/random.ts'
import { SkippingClock } from '../lib/skipping-clock.ts'
import type { InstanceId } from '../model/ids.ts'
import { mediaConformance, sha256Of } from './conformance/media-conformance.ts'
import { openDiskMedia } from './disk.ts'

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'jadegate-media-'))
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  )
}

mediaConformance('disk', async () => {
  const parent = newFolder()
  const clock = new SkippingClock()
  const open = () => openDiskMedia({ folder: join(parent, 'media'), clock, random: systemRandom })
  return {
    media: await open(),
    now: () => clock.now(),
    skip: (ms) => clock.skip(ms),
    reopen: open,
    countFiles: () => Promise.resolve(filesIn(parent).length),
    close: () => {
      rmSync(parent, { recursive: true, force: true })
      return Promise.resolve()
    },
  }
})

test('a file lies under its instance and its hash, for the owner of the server alone', async () => {
  const folder = newFolder()
  try {
    const media = await openDiskMedia({ folder, clock: new SkippingClock(), random: systemRandom })
    const bytes = Buffer.from('private')
    const draft = await media.receive(Readable.from([bytes]), 100)
    assert.ok(draft !== 'tooLarge')
    await draft.keep(1101000001 as InstanceId)
    const sha256 = sha256Of(bytes)
    const path = join(folder, '1101000001', sha256.slice(0, 2), sha256)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.equal(statSync(join(folder, '1101000001')).mode & 0o777, 0o700)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('who shares a folder leaves the drafts of others alone, and finds what they keep', async () => {
  const folder = newFolder()
  try {
    const open = (sharer: string) => openDiskMedia({ folder, sharer, clock: new SkippingClock(), random: systemRandom })
    const one = await open('one')
    const draft = await one.receive(Readable.from([Buffer.from('shared')]), 100)
    assert.ok(draft !== 'tooLarge')
    const two = await open('two')
    await draft.keep(1101000001 as InstanceId)
    assert.equal((await two.open(1101000001 as InstanceId, draft.sha256))?.size, 6)
    await one.receive(Readable.from([Buffer.from('cut off')]), 100)
    await open('one')
    assert.equal(filesIn(folder).length, 1)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
