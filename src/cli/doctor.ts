import type { Command } from 'commander'
import type { Context } from './context.ts'
import { effectiveConfig } from './effective-config.ts'

const MARKS = { good: 'ok  ', poor: 'note', bad: 'FAIL' } as const

/** `jadegate doctor`: looks at what a messenger needs, without a server and without an account. */
export function addDoctorCommand(program: Command, context: Context): void {
  const group = program.command('doctor').description('look whether everything is there that a messenger needs')
  group
    .command('whatsapp')
    .description(
      'the engine, its helpers, the way to the network and the version of its protocol; nothing is linked or sent',
    )
    .option('--proxy <url>', 'go by this proxy, as an instance with the same proxyUrl would')
    .action(async ({ proxy = '' }: { proxy?: string }) => {
      const effective = effectiveConfig(context)
      if (effective === null) return
      const { config, log } = effective
      const { examineWhatsApp } = await import('../app.ts')
      let isWell = true
      for await (const { what, outcome, says } of examineWhatsApp(config, log, proxy)) {
        if (outcome === 'bad') isWell = false
        context.print(`${MARKS[outcome]}  ${what}: ${says}`)
      }
      if (!isWell) context.setExitCode(1)
      context.print(isWell ? 'A phone can be linked; docs/whatsapp.md says how.' : 'A phone can not be linked yet.')
    })
}
