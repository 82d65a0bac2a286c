import type { Command } from 'commander'
import type { App } from '../app.ts'
import type { Config } from '../config/schema.ts'
import { isLoopbackHost } from '../config/load.ts'
import { startOrComplain } from './address-trouble.ts'
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
      const app = await startOrComplain(context, () => startApp(config, log))
      if (app === null) return
      context.untilStopped(app, log)
      for (const line of welcome(app, config)) context.print(line)
    })
}

/** What a person needs first. The tokens that this start made are shown here and never again. */
function welcome(app: App, config: Config): string[] {
  const rows: (readonly [string, string | undefined])[] = [
    ['API', app.url],
    ['virtual phones', app.phonesUrl],
    ['partner token', app.partnerToken],
    ['operator token', app.operatorToken],
  ]
  const width = Math.max(...rows.map(([label]) => label.length))
  const shown = rows.flatMap(([label, value]) => (value === undefined ? [] : [`  ${label.padEnd(width)}  ${value}`]))
  const isFirst = app.partnerToken !== undefined || app.operatorToken !== undefined
  return [
    'Jadegate is running.',
    '',
    ...shown,
    ...(isFirst
      ? [
          '',
          "  Tokens are shown this once: keep them. (`npx jadegate partner --show-tokens` shows the partner's again.)",
        ]
      : []),
    '',
    '  Create an instance:',
    '',
    `  ${curlLine(app.url, app.partnerToken ?? '<partner token>')}`,
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
