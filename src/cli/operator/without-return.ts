import type { Command } from 'commander'
import { CommandTrouble } from './command-trouble.ts'

export interface YesOption {
  readonly yes?: true
}

/** For what can't be taken back: without `--yes` the command says what it would do. */
export function withYes(command: Command): Command {
  return command.option('--yes', 'do it; without this it is only said what would be done')
}

/** Ends a command that was not told to go ahead; `would`: "delete the account". */
export function demandYes({ yes }: YesOption, would: string): void {
  if (yes !== true) throw new CommandTrouble(`This would ${would}. Nothing is done without --yes.`, 2)
}
