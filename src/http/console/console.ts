import type { FastifyInstance } from 'fastify'
import { packageFile } from '../../lib/package-file.ts'
import type { Random } from '../../lib/random.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import type { Instances } from '../../instances/instances.ts'
import type { Store } from '../../storage/store.ts'
import type { Readiness } from '../ops/readiness.ts'
import type { Described } from '../reference/described.ts'
import type { SimulatorForward } from '../simulator/forward.ts'
import { consoleApi, type ConsoleApiDeps, type ConsoleRows } from './console-api.ts'
import { consoleRows, type ConsoleRowDeps } from './console-rows.ts'
import type { ConsoleAbout } from './me-view.ts'
import { consolePages } from './pages.ts'
import { simulatorPages } from './simulator-pages.ts'
import { VitalSigns } from './vital-signs.ts'

export type ConsoleDeps = Omit<ConsoleApiDeps, 'register'> &
  Omit<ConsoleRowDeps, 'signs' | 'stopping' | 'methods' | 'readiness'> & {
    readonly store: Store
    readonly instances: Instances
    readonly cluster: Cluster
    readonly random: Pick<Random, 'bytes'>
    readonly about: Pick<ConsoleAbout, 'support'>
  }

export interface ConsoleParts {
  readonly methods: readonly Described[]
  readonly readiness: Readiness
  /** Undefined where no messenger is simulated. */
  readonly simulator: SimulatorForward | undefined
}

/** Everything below `/console/` and `/api/console/`. Gives the rows, for the reference. */
export async function addConsole(app: FastifyInstance, deps: ConsoleDeps, parts: ConsoleParts): Promise<ConsoleRows> {
  const { methods, readiness, simulator } = parts
  const signs = new VitalSigns(deps)
  const stopping = new AbortController()
  // Before the server waits for its connections to end: these end only when they are told.
  app.addHook('preClose', (done) => {
    signs.stop()
    stopping.abort()
    done()
  })
  const rows = consoleRows({ ...deps, methods, readiness, signs, stopping: stopping.signal })
  await app.register(consoleApi({ ...deps, register: deps.business.register }, rows))
  if (simulator !== undefined) await app.register(simulatorPages({ ...deps, forward: simulator }))
  await app.register(
    consolePages({ random: deps.random, folder: packageFile('console/dist/'), support: deps.about.support }),
  )
  return rows
}
