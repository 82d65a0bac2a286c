import Type from 'typebox'
import { Compile } from 'typebox/compile'

/** What the network says is wrong with a question; empty where it doesn't say. */
export interface NetworkError {
  /** A word of its own, as `too.many.requests`. */
  readonly code: string
  readonly message: string
}

const LONGEST = 200
/** Whoever goes on asking then loses more than the answer. */
const TOO_OFTEN = ['too.many.requests', 'error.limit.violate']
/** What is asked later may be answered. */
const FOR_NOW: readonly string[] = [...TOO_OFTEN, 'service.unavailable', 'internal.error']
/** `not.found`, `chat.not.found` and their like. */
const NOT_THERE = /(^|\.)not\.found$/
const OUTDATED = /unsupported client version/i
const Said = Compile(
  Type.Object({
    error: Type.Optional(Type.String()),
    message: Type.Optional(Type.String()),
    localizedMessage: Type.Optional(Type.String()),
    title: Type.Optional(Type.String()),
  }),
)

/** What an answer of that kind says, whatever it is made of. */
export function readNetworkError(payload: unknown): NetworkError {
  if (!Said.Check(payload)) return { code: '', message: '' }
  const { error = '', message, localizedMessage, title } = payload
  const says = [message, localizedMessage, title].find((each) => each !== undefined && each !== '') ?? ''
  return { code: error.slice(0, LONGEST), message: says.slice(0, LONGEST) }
}

/** The version of the web client that we say we are is not let in any more. */
export function isOutdated({ code, message }: NetworkError): boolean {
  return OUTDATED.test(message) || OUTDATED.test(code)
}

/** The token is no good any more: the account must be linked again, and by a person. */
export function isTokenGone({ code, message }: NetworkError): boolean {
  return code === 'login.token' || code === 'FAIL_LOGIN_TOKEN' || /^(?:fail_login_token|invalid token)/i.test(message)
}

/** The network can't or doesn't want to answer at this time. */
export function isForNow({ code }: NetworkError): boolean {
  return FOR_NOW.includes(code)
}

export function isTooOften({ code }: NetworkError): boolean {
  return TOO_OFTEN.includes(code)
}

/** What was asked about is not there, or not any more. */
export function isNotThere({ code }: NetworkError): boolean {
  return NOT_THERE.test(code)
}
