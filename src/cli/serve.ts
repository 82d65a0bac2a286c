import type { Command } from 'commander'
import type { App } from '../app.ts'
import type { Config } from '../config/schema.ts'
import { isLoopbackHost } from '../config/load.ts'
import { systemClock } from '../lib/clock.ts'
import { shrinkAtRest } from '../lib/shrink-at-rest.ts'
import { startOrComplain } from './start-trouble.ts'
import type { Context } from './context.ts'
import { effectiveConfig } from './effective-config.ts'

/** `jadegate serve`: the server. What `npm start` runs. */
export function addServeCommand(program: Command, context: Context): void {
  program
    .command('serve')
    .description('start the server; it runs until it is told to stop')
    .action(async () => {
      const effective = effectiveConfig(context)
      if (effective === null) return
      const { config, log } = effective
      // Loaded here, so that other commands answer at once.
      const { startApp } = await import('../app.ts')
      const app = await startOrComplain(context, config.dataDir, () => startApp(config, log))
      if (app === null) return
      context.untilStopped(app, log)
      shrinkAtRest(systemClock)
      for (const line of welcome(app, config)) context.print(line)
    })
}

/** What a person needs first. Only tokens that this very start made are shown, never one that was given to it. */
function welcome(app: App, config: Config): string[] {
  const partnerToken = config.partnerToken === undefined ? app.partnerToken : undefined
  const rows: (readonly [string, string | undefined])[] = [
    ['API', app.url],
    ['console', app.consoleUrl],
    ['virtual phones', app.phonesUrl],
    ['partner token', partnerToken],
    ['operator token', app.operatorToken],
    ['console, once', app.consoleLink],
  ]
  const width = Math.max(...rows.map(([label]) => label.length))
  const shown = rows.flatMap(([label, value]) => (value === undefined ? [] : [`  ${label.padEnd(width)}  ${value}`]))
  return [
    'Jadegate is running.',
    '',
    ...shown,
    '',
    '  `npx jadegate partner --show-tokens` shows the tokens again to whoever may read the data folder.',
    '',
    '  Create an instance:',
    '',
    `  ${curlLine(app.url, partnerToken ?? 'PARTNER_TOKEN')}`,
    '',
    ...notes(config),
  ]
}

function curlLine(url: string, token: string): string {
  return `curl -X POST ${url}/partner/createInstance/${token} -H 'Content-Type: application/json' -d '{"name": "first"}'`
}

/** What is unlike a server in the open, said at every start. */
function notes(config: Config): string[] {
  const lines: string[] = []
  if (isLoopbackHost(config.host))
    lines.push('  Webhooks may reach this machine, since the server listens on loopback only.')
  if (config.delayMinMs < 500)
    lines.push(`  Benchmark setting: sends may follow each other after ${config.delayMinMs} ms.`)
  if (config.rateLimitScale !== 1)
    lines.push(`  Benchmark setting: rate limits are multiplied by ${config.rateLimitScale}.`)
  return lines.length === 0 ? lines : [...lines, '']
}
