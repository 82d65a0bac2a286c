// Truth: after a kill at any moment every file under a hash has the bytes of that hash, and each that was said to be kept is there.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { systemClock } from '../../src/lib/clock.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { openDiskMedia } from '../../src/media/disk.ts'

const WRITER = join(import.meta.dirname, 'disk-writer.js')

/** Runs the writer for so long and kills it; returns what it said. */
async function writeAndKill(folder: string, ms: number): Promise<readonly string[]> {
  const writer = spawn(process.execPath, [WRITER, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  writer.stdout.on('data', (text: Buffer) => (said += text.toString()))
  const closed = new Promise((resolve) => writer.once('close', resolve))
  while (said === '') await sleep(5)
  await sleep(ms)
  writer.kill('SIGKILL')
  await closed
  return said.split('\n').slice(0, -1)
}

test('kills at any moment', { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'jadegate-media-'))
  try {
    const said: string[] = []
    for (const ms of [0, 7, 31, 59, 83]) {
      said.push(...(await writeAndKill(folder, ms)))
      const kept = join(folder, '1101000001')
      const files = readdirSync(kept, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('/'))
      for (const file of files) {
        const sha256 = createHash('sha256')
          .update(readFileSync(join(kept, file)))
          .digest('hex')
        assert.equal(basename(file), sha256)
      }
      const names = new Set(files.map((file) => basename(file)))
      assert.deepEqual(
        said.filter((sha256) => !names.has(sha256)),
        [],
      )
    }
    await openDiskMedia({ folder, clock: systemClock, random: systemRandom })
    assert.deepEqual(readdirSync(join(folder, 'drafts')), [])
    assert.ok(said.length > 5)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
