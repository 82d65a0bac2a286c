import { Command } from 'commander'
import type { Static, TSchema } from 'typebox'
import type { Context } from '../context.ts'
import { CommandTrouble } from './command-trouble.ts'
import { connect } from './connect.ts'
import { understood, type OperatorApi } from './operator-api.ts'

interface ServerOptions {
  readonly url?: string
  readonly json?: true
}

/** One command while it speaks to the server. */
export interface Session {
  readonly api: OperatorApi
  readonly isJson: boolean
  readonly print: (line: string) => void
  /** Prints an answer: as it is with `--json`, else in the lines that `tell` makes of it. */
  readonly show: <S extends TSchema>(answer: unknown, schema: S, tell: (answer: Static<S>) => readonly string[]) => void
}

/** A command below `group` that a running server carries out; `usage` is as commander wants it: `show <account>`. */
export function serverCommand(group: Command, usage: string, description: string): Command {
  return group
    .command(usage)
    .description(description)
    .option('--url <url>', 'the running server; without it: where the configuration says it is')
    .option('--json', "print the server's answer as it is")
}

/** What such a command does: arguments and options come as commander gives them. Troubles become one line and an exit code. */
export function onServer<Given extends unknown[]>(
  context: Context,
  act: (session: Session, ...given: Given) => Promise<void>,
): (...given: Given) => Promise<void> {
  return async (...given) => {
    try {
      const { url, json } = optionsOf(given)
      const api = await connect(context, url)
      if (api !== null) await act(sessionOf(context, api, json === true), ...given)
    } catch (error) {
      if (!(error instanceof CommandTrouble)) throw error
      context.complain(error.message)
      context.setExitCode(error.exitCode)
    }
  }
}

/** The command itself is the last thing that commander gives. */
function optionsOf(given: readonly unknown[]): ServerOptions {
  const command = given.at(-1)
  return command instanceof Command ? command.opts<ServerOptions>() : {}
}

function sessionOf(context: Context, api: OperatorApi, isJson: boolean): Session {
  const print = (line: string): void => {
    context.print(line)
  }
  return {
    api,
    isJson,
    print,
    show: (answer, schema, tell) => {
      if (isJson) print(JSON.stringify(answer, null, 2))
      else for (const line of tell(understood(answer, schema))) print(line)
    },
  }
}
