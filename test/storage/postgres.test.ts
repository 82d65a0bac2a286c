// Truth: the promises of the storage port, on a PostgreSQL server; where none is installed on one that runs inside this process.
import { after } from 'node:test'
import { noPostgres } from '../support/postgres.ts'
import { openPglite } from './pglite.ts'
import { openServer } from './postgres-server.ts'
import { storeConformance } from './store-conformance.ts'

const engine = noPostgres() === false ? await openServer() : await openPglite()
after(() => engine.close())

storeConformance('PostgreSQL', () => engine.fresh())
