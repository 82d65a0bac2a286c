import { Presets, SingleBar } from 'cli-progress'
import { Option, type Command } from 'commander'
import type { Context } from './context.ts'
import { effectiveConfig } from './effective-config.ts'
import { startOrComplain } from './start-trouble.ts'

interface Progress {
  readonly step: 'copying' | 'checking'
  readonly table: string
  readonly rows: number
  readonly of: number
}

/** Shows how far it is. */
interface Display {
  show(progress: Progress): void
  end(): void
}

const EVERY_MS = 5_000

/** `jadegate migrate`: from the database in the data folder to PostgreSQL. */
export function addMigrateCommand(program: Command, context: Context): void {
  program
    .command('migrate')
    .description(
      "move the data folder's database to the PostgreSQL of JADEGATE_DATABASE_URL, with the server stopped, and compare each row; files of chats stay (jadegate media copy)",
    )
    .addOption(new Option('--from <database>', 'where the data is').choices(['sqlite']).makeOptionMandatory())
    .addOption(new Option('--to <database>', 'where it goes').choices(['postgres']).makeOptionMandatory())
    .action(async () => {
      const effective = effectiveConfig(context)
      if (effective === null) return
      const { config, log } = effective
      const { moveData } = await import('../app.ts')
      const display = context.terminal === undefined ? lines(context) : bar(context.terminal)
      let rows: number | null
      try {
        rows = await startOrComplain(context, config.dataDir, () =>
          moveData(config, log, (progress) => display.show(progress)),
        )
      } finally {
        display.end()
      }
      if (rows === null) return
      context.print(
        `${String(rows)} rows were moved and compared: all are there. Start with the same settings and sealing key.`,
      )
      context.print('Files of chats were not moved: jadegate media copy brings them to an S3-compatible store.')
    })
}

/** Interrupted, the process ends at once, as ever: the bar changes nothing about the terminal that would have to be put back. */
function bar(stream: NodeJS.WritableStream): Display {
  const format = '{step} [{bar}] {percentage}% | {value}/{total} rows | {table} | {eta_formatted}'
  const drawn = new SingleBar(
    { stream, format, hideCursor: false, linewrap: null, gracefulExit: false },
    Presets.shades_classic,
  )
  let step: Progress['step'] | undefined
  return {
    show(progress) {
      const { rows, of, ...payload } = progress
      if (step === undefined) drawn.start(of, 0, payload)
      else if (step !== progress.step) {
        drawn.stop()
        drawn.start(of, 0, payload)
      }
      step = progress.step
      drawn.update(rows, payload)
    },
    end() {
      drawn.stop()
    },
  }
}

function lines(context: Context): Display {
  let saidAt = Number.NEGATIVE_INFINITY
  return {
    show({ step, table, rows, of }) {
      const now = performance.now()
      if (rows < of && now - saidAt < EVERY_MS) return
      saidAt = now
      context.print(`${step}: ${String(rows)} of ${String(of)} rows (${table})`)
    },
    end: () => undefined,
  }
}
