import { ffmpeg } from './ffmpeg.ts'
import { openWorkFolder } from './work-folder.ts'

/** Once, when the process starts: what earlier processes left on the disk goes, and what this machine can do is found out. */
export async function prepareMedia(searched?: string): Promise<{ readonly hasFfmpeg: boolean }> {
  await openWorkFolder()
  return { hasFfmpeg: (await ffmpeg(searched)) !== null }
}
