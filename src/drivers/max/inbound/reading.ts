import type { Life } from '../life.ts'
import type { Surroundings } from '../surroundings.ts'

/** What the readers of this folder need of a life. */
export type InboundLife = Omit<Life, 'shared' | 'transport' | 'finder'> & {
  readonly shared: Pick<Surroundings, 'fileLimitBytes'>
}

/** A message while its content is read: where it stands, in the network's own ids. */
export interface Reading {
  readonly chat: string
  /** The one under which its files are asked for. */
  readonly message: string
  /** Larger files are not taken in. */
  readonly fileLimitBytes: number
}
