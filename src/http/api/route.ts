import type { Static, TObject, TProperties, TSchema } from 'typebox'
import type { Fault } from '../../model/fault.ts'
import type { Repeated } from '../../model/once.ts'
import type { Once } from '../../storage/once.ts'

export type ApiVerb = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** An answer that is no JSON object, or comes in pieces. */
export class Download {
  readonly type: string
  /** The name under which a browser saves it; shown in the browser where undefined. */
  readonly fileName: string | undefined
  readonly chunks: AsyncIterable<string>

  constructor(type: string, chunks: AsyncIterable<string>, fileName?: string) {
    this.type = type
    this.chunks = chunks
    this.fileName = fileName
  }
}

/** What a handler is given: everything parsed by the route's schemas. */
export interface ApiInput<Path extends TProperties, Query extends TProperties, Body extends TProperties> {
  readonly path: Static<TObject<Path>>
  readonly query: Static<TObject<Query>>
  readonly body: Static<TObject<Body>>
  /**
   * For a call with an `Idempotency-Key`: makes the guard that stores the answer with what the call does. `part` tells the pieces of one
   * call from each other, where each has an outcome of its own.
   */
  once<Result>(answer: (result: Result) => object, part?: string): Once<Result> | undefined
}

export type ApiOutcome = object | null | Download | Fault | Repeated

/** A row of an API of our own, below `/api/…`. Routing, rights, validation and OpenAPI derive from it. */
export interface ApiSpec<Subject, Path extends TProperties, Query extends TProperties, Body extends TProperties> {
  readonly verb: ApiVerb
  /** Below the API's base, with `{name}` for each key of `path`: `/instances/{idInstance}`. */
  readonly at: string
  readonly summary: string
  readonly group: string
  /** What the caller's token must allow. */
  readonly scope: 'read' | 'full'
  readonly path?: Path
  readonly query?: Query
  /** Unknown keys are refused, unlike those of the contract. */
  readonly body?: Body
  /** Of a 200 (201 for what was made, where `created`); null for 204 without a body; a text for a media type of a `Download`. */
  readonly answer: TSchema | string | null
  readonly created?: boolean
  readonly idempotent?: boolean
  handle(subject: Subject, input: ApiInput<Path, Query, Body>): ApiOutcome | Promise<ApiOutcome>
}
