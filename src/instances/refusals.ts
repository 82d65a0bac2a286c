// What calls meet that need an instance which is there, linked, connected, and of a messenger that can do it.

import { fault } from '../model/fault.ts'

export const DELETED = fault('deleted', 'Instance is deleted')
export const NOT_LINKED = fault('notLinked', 'instance account not authorized')
export const NOT_CONNECTED = fault('notConnected', 'the instance is not connected now')
export const UNSUPPORTED = fault('unsupported', 'this messenger does not offer it')
export const STARTING = fault('starting', 'instance in starting process try later')
