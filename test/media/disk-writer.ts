import { Readable } from 'node:stream'
import { systemClock } from '../../src/lib/clock.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { openDiskMedia } from '../../src/media/disk.ts'
import type { InstanceId } from '../../src/model/ids.ts'

/** Keeps one file after the other in a folder until it is killed, and says the hash of each that is kept. */
const folder = process.argv[2] ?? ''
const media = await openDiskMedia({ folder, clock: systemClock, random: systemRandom })
for (let round = 0; ; round += 1) {
  const drafts = await Promise.all(
    [0, 1, 2, 3].map((lane) => media.receive(Readable.from(pieces(round * 4 + lane)), 10_000_000)),
  )
  for (const draft of drafts) {
    if (draft === 'tooLarge') throw new Error('no file is that large')
    await draft.keep(1101000001 as InstanceId)
    process.stdout.write(`${draft.sha256}\n`)
  }
}

function* pieces(seed: number): Generator<Buffer, void, undefined> {
  for (let index = 0; index < 1 + (seed % 7); index += 1) yield systemRandom.bytes(20_000)
}
