/** Why a command can't do what it was asked: one line for whoever asked. 1: it failed, 2: it was asked wrongly. */
export class CommandTrouble extends Error {
  readonly exitCode: 1 | 2
  /** What the server says that the trouble is; undefined where it said nothing. */
  readonly code: string | undefined

  constructor(message: string, exitCode: 1 | 2 = 1, code?: string) {
    super(message)
    this.exitCode = exitCode
    this.code = code
  }
}
