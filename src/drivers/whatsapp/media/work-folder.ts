import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Files on their way out, for as long as that takes: a folder of this process that nobody else may look into. */

const PREFIX = 'jadegate-media-'
const NAME = /^jadegate-media-(\d+)-/

let root: Promise<string> | undefined

/** Makes the folder, and removes what processes that are no more have left. */
export function openWorkFolder(): Promise<string> {
  root ??= make()
  return root
}

/** Gives the work an empty folder, which is gone when the work is over. */
export async function inWorkFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(await openWorkFolder(), 'file-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function make(): Promise<string> {
  try {
    await removeLeft(tmpdir())
    return await mkdtemp(join(tmpdir(), `${PREFIX}${String(process.pid)}-`))
  } catch (error) {
    root = undefined
    throw error
  }
}

async function removeLeft(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = Number(NAME.exec(name)?.[1])
    // A folder of somebody else's stays: removing it fails, which is no trouble of ours.
    if (Number.isSafeInteger(pid) && !isAlive(pid))
      await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined)
  }
}

/** An own folder of an earlier process with the same number is left from before, too. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
