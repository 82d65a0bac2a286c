import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../config/schema.ts'
import { systemClock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { OperatorTrouble } from '../lib/operator-trouble.ts'
import { systemRandom } from '../lib/random.ts'
import { copyMedia, type CopyProgress } from '../media/copy.ts'
import { openDiskMedia } from '../media/disk.ts'
import type { Media } from '../media/media.ts'
import { openS3Media, type S3MediaOptions } from '../media/s3.ts'
import type { Foundation, OnClose } from './foundation.ts'
import { limitsOf } from './limits.ts'

/** Where files lie on this machine, or would. */
export function mediaFolderOf(config: Config): string {
  return config.mediaDir ?? join(config.dataDir, 'media')
}

/** The media store that the settings name. */
export async function openMedia(
  config: Config,
  needs: Foundation,
  onClose: OnClose,
  spool = join(config.dataDir, 'uploads'),
): Promise<Media> {
  if (config.media === 'disk') {
    return openDiskMedia({ folder: mediaFolderOf(config), ...sharerOf(config.nodeUrl), ...needs })
  }
  const media = await openS3Media({ ...s3Options(config), spool, ...needs })
  onClose(() => {
    media.close()
    return Promise.resolve()
  })
  return media
}

/** A node that others may share the folder with: it is known by its address, also after a restart. */
function sharerOf(nodeUrl: string | undefined): { readonly sharer?: string } {
  if (nodeUrl === undefined) return {}
  return { sharer: createHash('sha256').update(nodeUrl).digest('hex').slice(0, 16) }
}

function s3Options(config: Config): Pick<S3MediaOptions, 'settings' | 'prefix' | 'keepMs'> {
  const { s3Endpoint: endpoint, s3AccessKeyId: id, s3SecretAccessKey: secret } = config
  return {
    settings: {
      ...(endpoint !== undefined && { endpoint }),
      region: config.s3Region,
      // Checked when the configuration was read.
      bucket: config.s3Bucket ?? '',
      ...(id !== undefined && secret !== undefined && { accessKey: { id, secret } }),
      forcePathStyle:
        config.s3ForcePathStyle === undefined ? endpoint !== undefined : config.s3ForcePathStyle === 'true',
    },
    prefix: config.s3Prefix,
    keepMs: limitsOf(config).keepMediaMs,
  }
}

/**
 * Brings the files of a folder into the store that the settings name, also beside a running server; for the command line.
 * @throws OperatorTrouble when the settings name no other store than a folder
 */
export async function copyMediaFrom(
  config: Config,
  log: Log,
  onProgress: (progress: CopyProgress) => void,
  folder = mediaFolderOf(config),
): Promise<CopyProgress> {
  if (config.media === 'disk')
    throw new OperatorTrouble('Where to? Set JADEGATE_MEDIA=s3 and the settings of the store.')
  const needs = { clock: systemClock, random: systemRandom, log }
  const closes: (() => Promise<void>)[] = []
  // The server's own spool is left alone.
  const spool = join(config.dataDir, 'uploads-of-copy')
  const media = await openMedia(config, needs, (close) => closes.push(close), spool)
  try {
    return await copyMedia(folder, media, onProgress)
  } finally {
    for (const close of closes) await close()
    await rm(spool, { recursive: true, force: true })
  }
}
