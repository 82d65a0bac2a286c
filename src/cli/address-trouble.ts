import type { Context } from './context.ts'

const MEANINGS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else listens there already',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'the system does not permit it',
}

/**
 * Runs `start`; when the address can't be listened on, says so in one line and returns null. That is the one trouble of a start that is
 * no fault of the program; any other is thrown on.
 */
export async function startOrComplain<T>(context: Context, start: () => Promise<T>): Promise<T | null> {
  try {
    return await start()
  } catch (error) {
    const line = addressTrouble(error)
    if (line === null) throw error
    context.complain(line)
    context.setExitCode(1)
    return null
  }
}

function addressTrouble(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error) || error.syscall !== 'listen')
    return null
  const meaning = typeof error.code === 'string' ? MEANINGS[error.code] : undefined
  return meaning === undefined ? null : `Can't listen (${error.message}): ${meaning}.`
}
