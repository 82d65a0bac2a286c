import Type from 'typebox'
import type { Instance } from '../../instances/instance.ts'
import type { Instances } from '../../instances/instances.ts'
import { fault, type Fault } from '../../model/fault.ts'
import type { AccountCaller } from '../api/account-caller.ts'
import { apiError } from '../api/api-errors.ts'
import { validationText } from '../errors.ts'

export const NAME_LENGTH = 500

/** What is wrong with one of many. */
export const ITEM_ERROR = Type.Object({ code: Type.String(), message: Type.String() })

/** Somebody else's is not found, like one that never was. */
export function own(instances: Pick<Instances, 'get'>, { account }: AccountCaller, id: number): Instance | undefined {
  const instance = instances.get(id)
  return instance?.account === account.id ? instance : undefined
}

export function failed(trouble: Fault): { readonly ok: false; readonly error: object } {
  return { ok: false, error: apiError(trouble) }
}

export function invalid(faults: readonly string[]): Fault {
  return fault('invalid', validationText(faults))
}
