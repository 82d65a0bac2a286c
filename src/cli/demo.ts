import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { loadConfig, type Env } from '../config/load.ts'
import { silentLog } from '../lib/log.ts'
import type { Context } from './context.ts'
import { ApiClient } from './demo/api-client.ts'
import { Narrator } from './demo/narrator.ts'
import { walkTheRoad } from './demo/road.ts'

interface DemoOptions {
  readonly url?: string
  readonly token?: string
}

/** `jadegate demo`: the whole road over the public HTTP API, against a running server or one of its own. */
export function addDemoCommand(program: Command, context: Context): void {
  program
    .command('demo')
    .description('walk the whole road in the terminal: create, link, send, receive, delete')
    .option('--url <url>', 'a running server with simulated messengers; without it the demo starts one of its own')
    .option('--token <token>', 'a partner token of that server')
    .action(async (options: DemoOptions) => {
      if ((options.url === undefined) !== (options.token === undefined)) {
        context.complain('--url and --token go together')
        context.setExitCode(2)
        return
      }
      try {
        if (options.url !== undefined && options.token !== undefined) {
          await walk(context, options.url, options.token)
        } else await withOwnServer(context.env, (url, token) => walk(context, url, token))
      } catch (error) {
        context.complain(`The demo stopped: ${error instanceof Error ? error.message : String(error)}`)
        context.setExitCode(1)
      }
    })
}

async function walk(context: Context, url: string, token: string): Promise<void> {
  const narrator = new Narrator((line) => {
    context.print(line)
  })
  await walkTheRoad(new ApiClient(url, token, narrator), narrator)
}

/** A server on a free port with a data folder that goes when it stops. */
async function withOwnServer(env: Env, use: (url: string, token: string) => Promise<void>): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'jadegate-demo-'))
  const { PATH } = env
  const loaded = loadConfig({ PATH, JADEGATE_DATA_DIR: dataDir, JADEGATE_PORT: '0' })
  if ('errors' in loaded) throw new Error(loaded.errors.join('; '))
  const { startApp } = await import('../app.ts')
  try {
    const app = await startApp(loaded.config, silentLog)
    try {
      if (app.partnerToken === undefined) throw new Error('a new server has a new partner token')
      await use(app.url, app.partnerToken)
    } finally {
      await app.close()
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}
