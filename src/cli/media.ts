import type { Command } from 'commander'
import type { Context } from './context.ts'
import { effectiveConfig } from './effective-config.ts'
import { startOrComplain } from './start-trouble.ts'

const EVERY_MS = 5_000
const MEGABYTE = 1024 * 1024

/** `jadegate media copy`: the way of the files from a folder to an S3-compatible store. */
export function addMediaCommand(program: Command, context: Context): void {
  const group = program.command('media').description('the files of chats')
  group
    .command('copy')
    .description('copy files from a folder into the store that the settings name; what is there already is passed over')
    .option('--from <folder>', "the folder; without it that of the settings' disk")
    .action(async ({ from }: { from?: string }) => {
      const effective = effectiveConfig(context)
      if (effective === null) return
      const { config, log } = effective
      const { copyMediaFrom } = await import('../app.ts')
      let saidAt = performance.now()
      const say = ({ files, copied, bytes }: { files: number; copied: number; bytes: number }) => {
        context.print(`${files} files are there; copied now: ${copied}, ${Math.round(bytes / MEGABYTE)} MB`)
      }
      const progress = await startOrComplain(context, from ?? config.dataDir, () =>
        copyMediaFrom(
          config,
          log,
          (now) => {
            if (performance.now() - saidAt < EVERY_MS) return
            saidAt = performance.now()
            say(now)
          },
          from,
        ),
      )
      if (progress === null) return
      say(progress)
      for (const path of progress.damaged) context.complain(`Left behind, its bytes are not those of its name: ${path}`)
      if (progress.damaged.length > 0) context.setExitCode(1)
    })
}
