import { workerData, type MessagePort } from 'node:worker_threads'
import { openSqlite } from './sqlite-database.ts'

/**
 * The checkpoint thread: takes the log into the database file while the writer writes on. It reads the log and writes what the
 * log holds durably already, so a crash at any moment leaves what the log restores.
 */
const { file, port } = workerData as { readonly file: string; readonly port: MessagePort }
const database = openSqlite(file, 'write')
port.on('message', () => {
  database.checkpoint()
  // What was committed meanwhile: much less, so that next to nothing is left for the writer, which alone can begin the log anew.
  database.checkpoint()
  port.postMessage('ended')
})
port.on('close', () => database.close())
