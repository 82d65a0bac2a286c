import Type, { type Static, type TObject, type TProperties, type TSchema } from 'typebox'
import type { Draft } from '../media/media.ts'
import type { Fault } from '../model/fault.ts'
import { fault } from '../model/fault.ts'
import type { Messenger } from '../model/messenger.ts'
import { MESSENGERS } from '../model/messenger.ts'
import type { Repeated } from '../model/once.ts'
import type { Once } from '../storage/once.ts'
import { ANSWER_MS } from './answer-times.ts'
import { validationText, type Refusal } from './errors.ts'
import { fieldsReader } from './fields.ts'

export type Verb = 'GET' | 'POST' | 'DELETE'
/** The chapters of the contract. */
export type Group =
  'account' | 'sending' | 'receiving' | 'queues' | 'journals' | 'marks' | 'service' | 'groups' | 'statuses' | 'partner'

/**
 * How a body is read. json: an object. form: `multipart/form-data`, its texts are the fields and its part `file` is the upload. bytes: the body
 * itself is the upload, or a form that holds it.
 */
export type Input = 'json' | 'form' | 'bytes'

/** How long a call of each chapter may take, by what most of them wait for. */
const USUAL_MS: Readonly<Record<Group, number>> = {
  account: ANSWER_MS.asked,
  sending: ANSWER_MS.stored,
  receiving: ANSWER_MS.asked,
  queues: ANSWER_MS.stored,
  journals: ANSWER_MS.stored,
  marks: ANSWER_MS.asked,
  service: ANSWER_MS.asked,
  groups: ANSWER_MS.asked,
  statuses: ANSWER_MS.asked,
  partner: ANSWER_MS.stored,
}

function usualMs({ group, input = 'json' }: { readonly group: Group; readonly input?: Input }): number {
  return input === 'json' ? USUAL_MS[group] : ANSWER_MS.long
}

/** What a handler reads beside its fields; for the reference alone. */
export interface Parameter {
  readonly name: string
  /** `path`: the part behind the token. */
  readonly in: 'path' | 'query'
  readonly schema: TSchema
  readonly summary: string
}

/** A file that came with a call, received to its end and not kept yet; what the handler does not keep is gone after it. */
export interface Upload {
  readonly draft: Draft
  /** As the client named it, reduced to its last part; empty where it has no name. */
  readonly fileName: string
  /** Without parameters; empty where the client said none. */
  readonly mimeType: string
}

/** A body that is JSON text already, sent as it stands. */
export class RawJson {
  readonly text: string | Buffer

  constructor(text: string | Buffer) {
    this.text = text
  }
}

/** The answer of methods that have nothing to say: 200 with zero bytes. */
export const NO_BODY = new RawJson('')

/** What a handler answers: an object that becomes JSON, JSON as it is, or why not. */
export type Outcome = object | null | RawJson | Fault | Repeated

/** The request around the fields that a handler is given. */
export interface Call {
  /** The path began with `/v3`. */
  readonly v3: boolean
  /** The path after the token. */
  readonly tail: string
  readonly query: string
  /** The body as it came, parsed; undefined when there was none. */
  readonly json: unknown
  /** Of a row whose input is a form or bytes; undefined when no file came. */
  readonly upload: Upload | undefined
  /**
   * For a call with an `Idempotency-Key`: makes the guard that stores the answer with what the call does; undefined for a call
   * without one. `answer` must give what the handler will answer.
   */
  once<Result>(answer: (result: Result) => object): Once<Result> | undefined
  /** Aborted when the client has gone or the server closes; made on first use, for calls that wait. */
  waiting(): AbortSignal
}

/** The fields of a request, read and checked, ready to be handled. */
export interface Prepared<Subject> {
  readonly fields: object
  /** Which instance the call is about, where its fields say so and not its path. */
  readonly instance: number | undefined
  handle(subject: Subject, call: Call): Outcome | Promise<Outcome>
}

/** A row of the method table as it is written down. The type of `fields` follows from the schema. */
export interface MethodSpec<Subject, P extends TProperties> {
  readonly name: string
  readonly verbs: readonly Verb[]
  /** Changes nothing, whatever its verbs. What does not say so leaves its trace, and is closed to whoever may only read. */
  readonly reads?: boolean
  readonly group: Group
  /** One sentence for the reference: what a call does. */
  readonly summary: string
  /** Calls a second and instance (or partner account); more are refused with 429. */
  readonly perSecond: number
  /** Every messenger where absent. */
  readonly messengers?: readonly Messenger[]
  /** The body of a 200; null where it is empty. What the handler answers is held to it by tests. */
  readonly answer: TSchema | null
  /** `json` where absent. */
  readonly input?: Input
  /** Counts against the tariff's monthly quota of this method; 466 when that is used up. */
  readonly hasQuota?: boolean
  /** Fields of the body; of a GET also of the query. Every field says what "empty" means. */
  readonly fields: P
  /** So many known fields must be there at least. */
  readonly atLeast?: number
  /** The path goes on after the token, or the body says what would stand there. */
  readonly tail?: boolean
  readonly parameters?: readonly Parameter[]
  /** Takes an `Idempotency-Key`. */
  readonly idempotent?: boolean
  /** So long a call may take; where absent, what is usual in its group. */
  readonly answerMs?: number
  /** What a wrong token is answered, where it is not the empty 401. */
  readonly refuseToken?: Refusal
  /** Which instance the call is about, where its fields say so and not its path. */
  readonly instanceIn?: (fields: Static<TObject<P>>) => number
  handle(subject: Subject, fields: Static<TObject<P>>, call: Call): Outcome | Promise<Outcome>
}

/** A row of the method table. Dispatch, limits, quotas, OpenAPI, the Postman collection and the reference derive from the rows. */
export interface Method<Subject> {
  readonly name: string
  readonly summary: string
  readonly fields: TObject
  readonly answer: TSchema | null
  readonly input: Input
  readonly hasQuota: boolean
  readonly atLeast: number
  /** Its place in the table; set by the table. */
  readonly index: number
  readonly verbs: readonly Verb[]
  readonly reads: boolean
  readonly group: Group
  readonly perSecond: number
  readonly messengers: readonly Messenger[]
  readonly fieldNames: readonly string[]
  readonly takesBody: boolean
  readonly tail: boolean
  readonly parameters: readonly Parameter[]
  readonly idempotent: boolean
  /** After so long its caller is told that the outcome is not known. */
  readonly answerMs: number
  readonly refuseToken: Refusal | undefined
  prepare(input: unknown): Prepared<Subject> | Fault
}

export function defineMethod<Subject, P extends TProperties>(spec: MethodSpec<Subject, P>): Row<Subject> {
  const fieldNames = Object.keys(spec.fields)
  const read = fieldsReader(spec.fields, spec.atLeast ?? 0)
  return {
    name: spec.name,
    summary: spec.summary,
    fields: Type.Object(spec.fields),
    answer: spec.answer,
    input: spec.input ?? 'json',
    hasQuota: spec.hasQuota ?? false,
    atLeast: spec.atLeast ?? 0,
    verbs: spec.verbs,
    reads: spec.reads === true,
    group: spec.group,
    perSecond: spec.perSecond,
    messengers: spec.messengers ?? MESSENGERS,
    fieldNames,
    takesBody: spec.verbs.includes('POST') || fieldNames.length > 0 || spec.tail === true,
    tail: spec.tail ?? false,
    parameters: spec.parameters ?? [],
    idempotent: spec.idempotent ?? false,
    answerMs: spec.answerMs ?? usualMs(spec),
    refuseToken: spec.refuseToken,
    prepare(input) {
      const taken = read(fieldNames.length === 0 ? undefined : input)
      if ('faults' in taken) return fault('invalid', validationText(taken.faults))
      const fields = taken.value
      return {
        fields,
        instance: spec.instanceIn?.(fields),
        handle: (subject, call) => spec.handle(subject, fields, call),
      }
    },
  }
}

/** A row before a table has given it its place. */
export type Row<Subject> = Omit<Method<Subject>, 'index'>

/** The rows of one API, found by name in any case. */
export class MethodTable<Subject> {
  readonly rows: readonly Method<Subject>[]
  readonly #byName = new Map<string, Method<Subject>>()

  constructor(rows: readonly Row<Subject>[]) {
    this.rows = rows.map((row, index) => ({ ...row, index }))
    for (const row of this.rows) {
      if (this.#byName.has(row.name.toLowerCase())) throw new Error(`Two rows are named ${row.name}`)
      this.#byName.set(row.name.toLowerCase(), row).set(row.name, row)
    }
  }

  find(name: string): Method<Subject> | undefined {
    return this.#byName.get(name) ?? this.#byName.get(name.toLowerCase())
  }
}
