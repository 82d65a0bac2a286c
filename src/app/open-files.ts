import type { Config } from '../config/schema.ts'
import type { Instances } from '../instances/instances.ts'
import type { Node } from '../instances/node.ts'
import { AddressRules } from '../lib/address-rules.ts'
import { GuardedPools } from '../lib/guarded-pool.ts'
import type { Seal } from '../lib/seal.ts'
import { FileFetcher, type FileFetcherOptions } from '../media/fetch.ts'
import { FileLinks, type LinkedFile } from '../media/links.ts'
import { PagePreviews } from '../media/page-preview.ts'
import { fault } from '../model/fault.ts'
import type { Foundation, OnClose } from './foundation.ts'
import { limitsOf } from './limits.ts'
import { openMedia } from './open-media.ts'

/** Fetching from the web: few origins, few files each; how long one may take is a setting. */
const FETCHES = { origins: 100, connections: 8, connectTimeoutMs: 10_000 } as const
/** So long a message may wait for the preview of its link. */
const PREVIEW_MS = 5_000
const NOT_LOADED = fault('starting', 'the server is starting')

export type FileParts = Pick<Node, 'media' | 'links' | 'fetchFile' | 'previewPage'>

/** What files need and what is known after them: asked when a link is made or read. */
export interface Later {
  url: string
  instances?: Instances
}

/** The media store, the links to what is in it, and what is fetched by URL: files, and what pages show of themselves. */
export async function openFiles(
  config: Config,
  { clock, random, log, seal, onClose }: Foundation & { readonly seal: Seal; readonly onClose: OnClose },
  later: Later,
): Promise<FileParts> {
  const { keepMediaMs: lifeMs, fileLimitBytes: limitBytes } = limitsOf(config)
  const media = await openMedia(config, { clock, random, log }, onClose)
  const links = new FileLinks({ publicUrl: () => later.url, hash: (text) => seal.hash(text), clock, lifeMs })
  const timeoutMs = config.fetchTimeoutMs
  const pools = new GuardedPools(clock, new AddressRules(config.webhookAllow), {
    ...FETCHES,
    headersTimeoutMs: timeoutMs,
    bodyTimeoutMs: timeoutMs,
  })
  onClose(() => pools.destroy())
  const openLinked = async (file: LinkedFile) => (await later.instances?.openFile(file)) ?? NOT_LOADED
  const keep: FileFetcherOptions['keep'] = async (instance, draft) =>
    (await later.instances?.keepFile(instance, draft)) ?? NOT_LOADED
  const fetcher = new FileFetcher({ media, links, openLinked, keep, pools, clock, limitBytes, timeoutMs })
  const previews = new PagePreviews({ pools, clock, timeoutMs: PREVIEW_MS })
  return {
    media,
    links,
    fetchFile: (instance, url, signal) => fetcher.fetch(instance, url, signal),
    previewPage: (url, signal) => previews.of(url, signal),
  }
}
