import type { IncomingMessage } from 'node:http'
import Type, { type Static, type TObject, type TProperties, type TSchema } from 'typebox'
import { fault, NOT_FOUND, type Fault } from '../../model/fault.ts'
import type { Repeated } from '../../model/once.ts'
import type { Once } from '../../storage/once.ts'
import { ANSWER_MS } from '../answer-times.ts'
import { validationText } from '../errors.ts'
import { strictReader } from './strict-reader.ts'
import { pathValues, queryValues } from './url-values.ts'

// How a route is added: write a row with `defineRoute<Subject>()({…})` and put it into the list that `apiRoutes` is given. Path, query and body are
// objects of TypeBox schemas: unknown keys are refused, nothing is converted (but texts of paths and queries to integers and booleans where the schema
// says so), and the handler gets what fits. It gives an object (200, or 201 with `created`), `null` (204), a `Download`, or a fault, whose status and
// body follow from its code (api-errors.ts). A row with `idempotent` puts `input.once(answer)` into its batch and passes a `Repeated` on; one of
// several outcomes gives each a `part`, says `idempotent: 'parts'`, and reads a `Repeated` by `earlierAnswer` (keyed.ts).

export type ApiVerb = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** An answer that is no JSON object, or comes in pieces. */
export class Download {
  readonly type: string
  /** The name under which a browser saves it; shown in the browser where undefined. */
  readonly fileName: string | undefined
  readonly chunks: AsyncIterable<string>
  /** Beside those that every answer has. */
  readonly headers: Readonly<Record<string, string>>

  constructor(
    type: string,
    chunks: AsyncIterable<string>,
    fileName?: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    this.type = type
    this.chunks = chunks
    this.fileName = fileName
    this.headers = headers
  }
}

/** An answer with headers of its own: a cookie. */
export class WithHeaders {
  /** null: 204. */
  readonly body: object | null
  readonly headers: Readonly<Record<string, string>>

  constructor(body: object | null, headers: Readonly<Record<string, string>>) {
    this.body = body
    this.headers = headers
  }
}

/** Makes the guard that stores the answer with what the call does; see `ApiInput.once`. */
export type MakeOnce = <Result>(answer: (result: Result) => object, part?: string) => Once<Result> | undefined

/** Bytes. */
export const BODY_LIMIT = 256 * 1024

/** What of the request a handler may want beside the parsed parts. */
export interface Asked {
  /** Of `Accept-Language`, in lower case; empty where there is none. */
  readonly language: string
  /** As it came, for what passes it on. */
  readonly raw: IncomingMessage
}

/** What a handler is given: everything parsed by the route's schemas. */
export interface ApiInput<Path extends TProperties, Query extends TProperties, Body extends TProperties> extends Asked {
  readonly path: Static<TObject<Path>>
  readonly query: Static<TObject<Query>>
  readonly body: Static<TObject<Body>>
  /**
   * For a call with an `Idempotency-Key`: makes the guard that stores the answer with what the call does; undefined for a call without
   * one. `part` tells the pieces of one call from each other, where each has an outcome of its own.
   */
  readonly once: MakeOnce
}

export type ApiOutcome = object | null | Download | WithHeaders | Fault | Repeated

/** A row of an API of our own, below `/api/…`. Routing, rights, validation and OpenAPI derive from it. */
export interface ApiSpec<Subject, Path extends TProperties, Query extends TProperties, Body extends TProperties> {
  readonly verb: ApiVerb
  /** Below the API's base, with `{name}` for each key of `path`: `/instances/{idInstance}`. */
  readonly at: string
  readonly summary: string
  readonly group: string
  /** What the caller's token must allow. */
  readonly scope: 'read' | 'full'
  /** What does not fit is `notFound`. */
  readonly path?: Path
  readonly query?: Query
  /** Unknown keys are refused, unlike those of the contract. A call without a body counts as one with an empty object. */
  readonly body?: Body
  /** Of a 200 (201 for what was made, where `created`); null for 204 without a body; a text for a media type of a `Download`. */
  readonly answer: TSchema | string | null
  readonly created?: boolean
  /** Bytes that its body may have; 256 KB without. */
  readonly bodyLimit?: number
  /** Answers 404 where what it is about is not there. Rows with a `path` do so anyway. */
  readonly notFound?: boolean
  /** Takes an `Idempotency-Key`. `parts`: the pieces of the call have outcomes of their own. */
  readonly idempotent?: boolean | 'parts'
  /** So long a call may take; where absent, as one that asks the messenger. */
  readonly answerMs?: number
  handle(subject: Subject, input: ApiInput<Path, Query, Body>): ApiOutcome | Promise<ApiOutcome>
}

/** The texts of one call. */
export interface RawCall {
  readonly path: Readonly<Record<string, string>>
  readonly query: string
  /** Parsed JSON; undefined where no body came. */
  readonly body: unknown
}

/** A call whose parts fit, ready to be handled. */
export interface PreparedCall<Subject> {
  /** All that it asks, for telling it from another call. */
  readonly asked: object
  handle(subject: Subject, asked: Asked, once: MakeOnce): ApiOutcome | Promise<ApiOutcome>
}

/** A row, ready to be served and described. */
export interface ApiRow<Subject> {
  readonly verb: ApiVerb
  readonly at: string
  readonly summary: string
  readonly group: string
  readonly scope: 'read' | 'full'
  readonly path: TObject
  readonly query: TObject
  readonly body: TObject
  readonly answer: TSchema | string | null
  readonly created: boolean
  readonly notFound: boolean
  readonly idempotent: boolean | 'parts'
  readonly bodyLimit: number
  /** After so long its caller is told that the outcome is not known. */
  readonly answerMs: number
  prepare(raw: RawCall): PreparedCall<Subject> | Fault
}

/** Called twice, since the subject is told and the schemas are found out: `defineRoute<Subject>()({…})`. */
export function defineRoute<Subject>() {
  return <Path extends TProperties, Query extends TProperties, Body extends TProperties>(
    spec: ApiSpec<Subject, Path, Query, Body>,
  ): ApiRow<Subject> => {
    const { path = {} as Path, query = {} as Query, body = {} as Body } = spec
    const inBraces = [...spec.at.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    if (inBraces.join() !== Object.keys(path).join()) throw new Error(`${spec.at} and its path schemas differ`)
    return {
      verb: spec.verb,
      at: spec.at,
      summary: spec.summary,
      group: spec.group,
      scope: spec.scope,
      answer: spec.answer,
      path: Type.Object(path),
      query: Type.Object(query),
      body: Type.Object(body),
      created: spec.created ?? false,
      notFound: spec.notFound ?? inBraces.length > 0,
      idempotent: spec.idempotent ?? false,
      bodyLimit: spec.bodyLimit ?? BODY_LIMIT,
      answerMs: spec.answerMs ?? ANSWER_MS.asked,
      prepare: preparation(spec, path, query, body),
    }
  }
}

function preparation<Subject, Path extends TProperties, Query extends TProperties, Body extends TProperties>(
  spec: ApiSpec<Subject, Path, Query, Body>,
  path: Path,
  query: Query,
  body: Body,
): ApiRow<Subject>['prepare'] {
  const readPath = strictReader(path)
  const readQuery = strictReader(query)
  const readBody = strictReader(body)
  return (raw) => {
    const inPath = readPath(pathValues(path, raw.path))
    if ('faults' in inPath) return NOT_FOUND
    const values = queryValues(query, raw.query)
    const inQuery = 'faults' in values ? values : readQuery(values.values)
    const inBody = readBody(raw.body ?? {})
    const faults = [...('faults' in inQuery ? inQuery.faults : []), ...('faults' in inBody ? inBody.faults : [])]
    if ('faults' in inQuery || 'faults' in inBody) return fault('invalid', validationText(faults))
    const asked = { path: inPath.value, query: inQuery.value, body: inBody.value }
    return { asked, handle: (subject, about, once) => spec.handle(subject, { ...asked, ...about, once }) }
  }
}
