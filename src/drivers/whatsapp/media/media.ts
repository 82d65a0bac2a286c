import type { Log } from '../../../lib/log.ts'
import { maskedTrouble } from '../engine/log.ts'
import { ffmpeg } from './ffmpeg.ts'
import { openWorkFolder } from './work-folder.ts'

/** Once, when the process starts: what earlier processes left on the disk goes, and what this machine can do is found out. Never rejects. */
export async function prepareMedia(log: Log): Promise<void> {
  try {
    await openWorkFolder()
  } catch (error) {
    log.warn({ error: maskedTrouble(error) }, 'there is no folder for files on their way; it is made when one is sent')
  }
  const path = await ffmpeg()
  if (path === null) log.info({}, 'ffmpeg was not found: media goes out as it is')
  else log.info({ path }, 'ffmpeg makes voice messages and small pictures of videos')
}
