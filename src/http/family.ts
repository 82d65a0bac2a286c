import type { RequestOrigin } from '../lib/local-request.ts'
import type { Fault } from '../model/fault.ts'
import type { Messenger } from '../model/messenger.ts'
import type { Refusal } from './errors.ts'
import type { Method, MethodTable } from './method.ts'
import type { Target } from './target.ts'

/** One of the contract's two APIs: who may call, and how it refuses. Everything between is the dispatcher's. */
export interface Family<Subject> {
  readonly methods: MethodTable<Subject>
  /**
   * Who calls, or what is answered instead. `method` is undefined where the path names none, or not for this verb; a subject for
   * such a path is answered 404. `origin` is asked only where it counts from where a call comes.
   */
  admit(
    target: Target,
    method: Method<Subject> | undefined,
    url: string,
    origin: () => RequestOrigin,
  ): Subject | Refusal
  /** Null where methods don't depend on one. */
  messengerOf(subject: Subject): Messenger | null
  /** Whose budget the call counts against, and whose idempotency keys it shares. */
  scopeOf(subject: Subject): number | string
  /** Counts a call of a row that has a quota; undefined at once where nothing limits it, a fault when it is used up. */
  spend(subject: Subject, method: Method<Subject>): Promise<Fault | undefined> | undefined
  refuse(trouble: Fault, url: string, headers?: readonly string[]): Refusal
  /** For what is no fault of the model: an oversized body, an unknown method, a crash. */
  refuseStatus(status: number, message: string, url: string, headers?: readonly string[]): Refusal
}
