import type { Command } from 'commander'
import type { Context } from './context.ts'
import { effectiveConfig } from './effective-config.ts'

const MARKS = { good: 'ok  ', poor: 'note', bad: 'FAIL' } as const

/** `jadegate doctor`: looks at what a messenger or a cluster needs, without starting a server and without an account. */
export function addDoctorCommand(program: Command, context: Context): void {
  const group = program
    .command('doctor')
    .description('look whether everything is there that a messenger, or a cluster, needs')
  group
    .command('cluster')
    .description('the settings of this node, the database, the other nodes and who owns what; nothing is changed')
    .action(async () => {
      const effective = effectiveConfig(context)
      if (effective === null) return
      const { examineCluster } = await import('../app.ts')
      const isWell = await tell(context, examineCluster(effective.config, effective.log))
      context.print(isWell ? 'Nothing is wrong; docs/operators/scaling.md says more.' : 'Something is wrong.')
    })
  group
    .command('max')
    .description(
      'what MAX is shown of this machine, the way there, whether it lets that version in and where it sees us; nothing is linked or sent',
    )
    .option('--proxy <url>', 'go by this proxy, as an instance with the same proxyUrl would')
    .action(async ({ proxy = '' }: { proxy?: string }) => {
      const effective = effectiveConfig(context)
      if (effective === null) return
      const { config, log } = effective
      const { examineMax } = await import('../app.ts')
      const isWell = await tell(context, examineMax(config, log, proxy))
      context.print(isWell ? 'A phone can be linked; docs/max.md says how.' : 'A phone can not be linked yet.')
    })
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
      const isWell = await tell(context, examineWhatsApp(config, log, proxy))
      context.print(isWell ? 'A phone can be linked; docs/whatsapp.md says how.' : 'A phone can not be linked yet.')
    })
}

interface Check {
  readonly what: string
  readonly outcome: keyof typeof MARKS
  readonly says: string
}

/** One line each; the exit code is 1 where one is bad. Whether none was. */
async function tell(context: Context, checks: AsyncIterable<Check>): Promise<boolean> {
  let isWell = true
  for await (const { what, outcome, says } of checks) {
    if (outcome === 'bad') isWell = false
    context.print(`${MARKS[outcome]}  ${what}: ${says}`)
  }
  if (!isWell) context.setExitCode(1)
  return isWell
}
