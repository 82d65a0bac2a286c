import type Type from 'typebox'
import type { TObject } from 'typebox'
import { Compile } from 'typebox/compile'
import type { NetworkParts } from './network-parts.ts'

/** An answer that is not success; the body is `{error}`. */
export class Refusal {
  readonly status: number
  readonly error: string

  constructor(status: number, error: string) {
    this.status = status
    this.error = error
  }
}

/** A row of the API's table. `run` takes what came, validates it, and gives the JSON of a 200 or a refusal. */
export interface Route {
  readonly verb: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  run(input: unknown, parts: NetworkParts): unknown
}

/** Input is the query of a GET or DELETE, as strings, and the JSON body of a POST. */
export function route<Schema extends TObject>(
  verb: Route['verb'],
  path: string,
  schema: Schema,
  handle: (input: Type.Static<Schema>, parts: NetworkParts) => unknown,
): Route {
  const validator = Compile(schema)
  return {
    verb,
    path,
    run(input, parts) {
      if (validator.Check(input)) return handle(input, parts)
      return new Refusal(400, describe(validator.Errors(input)))
    },
  }
}

interface Problem {
  readonly keyword: string
  readonly instancePath: string
  readonly params: object
  readonly message: string
}

function describe(problems: readonly Problem[]): string {
  const problem = problems.findLast((one) => one.instancePath.split('/').length === 2) ?? problems[0]
  if (problem === undefined) return 'the request is malformed'
  const { params } = problem
  if (problem.keyword === 'required' && 'requiredProperties' in params && Array.isArray(params.requiredProperties))
    return `'${String(params.requiredProperties[0])}' is required`
  const field = problem.instancePath.slice(1)
  if (field === '') return 'the body must be a JSON object'
  if (problem.keyword === 'enum' && 'allowedValues' in params && Array.isArray(params.allowedValues))
    return `'${field}' must be one of ${params.allowedValues.join(', ')}`
  return `'${field}' ${problem.message.replace('match a schema in anyOf', 'be a string or a number')}`
}
