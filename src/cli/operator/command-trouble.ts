/** Why a command can't do what it was asked: one line for whoever asked. 1: it failed, 2: it was asked wrongly. */
export class CommandTrouble extends Error {
  readonly exitCode: 1 | 2

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message)
    this.exitCode = exitCode
  }
}
