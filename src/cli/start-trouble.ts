import { resolve, sep } from 'node:path'
import { OperatorTrouble } from '../lib/operator-trouble.ts'
import type { Context } from './context.ts'

const LISTEN_MEANINGS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else listens there already; JADEGATE_PORT (JADEGATE_SIMULATOR_PORT) chooses another port',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'the system does not permit it',
}

/**
 * Runs `start`; when it fails by what its surroundings are (the address, the data folder, the key), says so in one line and returns
 * null. Anything else is a fault of the program and thrown on.
 * @param dataDir the folder that `start` opens
 */
export async function startOrComplain<T>(
  context: Context,
  dataDir: string,
  start: () => Promise<T>,
): Promise<T | null> {
  try {
    return await start()
  } catch (error) {
    const line = startTrouble(error, dataDir)
    if (line === null) throw error
    context.complain(line)
    context.setExitCode(1)
    return null
  }
}

function startTrouble(error: unknown, dataDir: string): string | null {
  if (error instanceof OperatorTrouble) return error.message
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null
  if (error.name === 'SqliteError') return `Can't use the database in ${dataDir}: ${error.message} (${error.code}).`
  if ('path' in error && typeof error.path === 'string') {
    return isWithin(error.path, dataDir) ? `Can't use the data folder ${dataDir}: ${error.message}.` : null
  }
  return 'syscall' in error ? listenTrouble(error.syscall, error.code, error.message) : null
}

function listenTrouble(syscall: unknown, code: string, message: string): string | null {
  if (syscall === 'getaddrinfo') return `Can't listen (${message}): the name of the host has no address.`
  const meaning = syscall === 'listen' ? LISTEN_MEANINGS[code] : undefined
  return meaning === undefined ? null : `Can't listen (${message}): ${meaning}.`
}

function isWithin(path: string, folder: string): boolean {
  return `${resolve(path)}${sep}`.startsWith(`${resolve(folder)}${sep}`)
}
