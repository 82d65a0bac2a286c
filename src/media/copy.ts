import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { isWithoutHash } from '../model/hashless-files.ts'
import type { InstanceId } from '../model/ids.ts'
import type { Media } from './media.ts'

export interface CopyProgress {
  /** Whole files by now, copied or there already. */
  files: number
  copied: number
  bytes: number
  /** Names of files that have other bytes than their name says; they are left behind. */
  readonly damaged: string[]
}

const INSTANCE = /^\d{1,15}$/
const SHA256 = /^[0-9a-f]{64}$/
/** Files at one time. */
const AT_ONCE = 8

/**
 * Brings the files of a folder, as media on a disk has it, into another store; what is there already is passed over, so it may be run
 * again, also while a server works on the folder. The age of what is copied begins anew.
 */
export async function copyMedia(
  folder: string,
  target: Pick<Media, 'open' | 'receive'>,
  onProgress: (progress: CopyProgress) => void,
): Promise<CopyProgress> {
  const progress: CopyProgress = { files: 0, copied: 0, bytes: 0, damaged: [] }
  const found = filesOf(folder)
  const work = async () => {
    for await (const file of found) {
      await copyOne(file, target, progress)
      onProgress(progress)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return progress
}

interface FoundFile {
  readonly instance: InstanceId
  readonly path: string
}

async function copyOne(
  { instance, path }: FoundFile,
  target: Pick<Media, 'open' | 'receive'>,
  progress: CopyProgress,
): Promise<void> {
  const sha256 = basename(path)
  if ((await target.open(instance, sha256)) === null) {
    const draft = await target.receive(createReadStream(path), Number.POSITIVE_INFINITY).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
      throw error
    })
    // Swept from the folder meanwhile.
    if (draft === null || draft === 'tooLarge') return
    if (draft.sha256 !== sha256 && !isWithoutHash(sha256)) {
      await draft.discard()
      progress.damaged.push(path)
      return
    }
    await draft.keep(instance, sha256)
    progress.copied += 1
    progress.bytes += draft.size
  }
  progress.files += 1
}

async function* filesOf(folder: string): AsyncGenerator<FoundFile, void, undefined> {
  for (const instance of await readdir(folder)) {
    // Whatever else lies there, drafts among it, is no file of an instance.
    if (!INSTANCE.test(instance)) continue
    for (const path of await readdir(join(folder, instance), { recursive: true })) {
      if (SHA256.test(basename(path)))
        yield { instance: Number(instance) as InstanceId, path: join(folder, instance, path) }
    }
  }
}
