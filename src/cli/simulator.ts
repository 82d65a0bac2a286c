import type { Command } from 'commander'
import { startOrComplain } from './start-trouble.ts'
import type { Context } from './context.ts'
import { effectiveConfig } from './effective-config.ts'

/** `jadegate simulator`: the simulated network alone, for servers that are given its URL. */
export function addSimulatorCommand(program: Command, context: Context): void {
  program
    .command('simulator')
    .description('start the simulated messenger network alone; servers reach it by JADEGATE_SIMULATOR_URL')
    .action(async () => {
      const effective = effectiveConfig(context)
      if (effective === null) return
      const { startSimulator } = await import('../app.ts')
      const network = await startOrComplain(context, effective.config.dataDir, () =>
        startSimulator(effective.config, effective.log),
      )
      if (network === null) return
      context.untilStopped(network, effective.log)
      context.print(`The simulated network is running: JADEGATE_SIMULATOR_URL=${network.url}`)
    })
}
