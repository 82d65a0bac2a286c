import type { Fault } from '../../model/fault.ts'
import { fault } from '../../model/fault.ts'
import type { LinkedAccount } from '../../model/instance.ts'
import type { Messenger } from '../../model/messenger.ts'
import type { FromNetwork } from '../../simulator/protocol.ts'
import type { Login, LoginStep } from '../driver.ts'
import { chatOf, deviceIdOf } from './ids.ts'

/** An attempt to link, as its caller sees it: a stream of steps that closes after `done` or `ended`. */
export class LoginAttempt implements Login {
  readonly #cancelled: () => void
  #unread: LoginStep[] = []
  #reader: (() => void) | null = null
  #over = false

  /** `cancelled` is called when the caller gives up before the end. */
  constructor(cancelled: () => void) {
    this.#cancelled = cancelled
  }

  get over(): boolean {
    return this.#over
  }

  get steps(): AsyncIterable<LoginStep> {
    return { [Symbol.asyncIterator]: () => ({ next: () => this.#next() }) }
  }

  /** This network asks nothing. */
  answer(): void {
    return undefined
  }

  cancel(): void {
    if (!this.#over) this.#cancelled()
  }

  /** A code that nobody has read yet is replaced by the next one. */
  show(what: 'qr' | 'code', value: string, until: number): void {
    if (this.#over) return
    this.#unread = []
    this.#add({ kind: 'show', what, value, until })
  }

  done(): void {
    this.#end({ kind: 'done' })
  }

  fail(trouble: Fault): void {
    this.#end({ kind: 'ended', fault: trouble })
  }

  #end(step: LoginStep): void {
    if (this.#over) return
    this.#over = true
    this.#add(step)
  }

  #add(step: LoginStep): void {
    this.#unread.push(step)
    this.#reader?.()
    this.#reader = null
  }

  async #next(): Promise<IteratorResult<LoginStep>> {
    while (this.#unread.length === 0) {
      if (this.#over) return { done: true, value: undefined }
      await new Promise<void>((resolve) => {
        this.#reader = resolve
      })
    }
    const value = this.#unread.shift()
    return value === undefined ? { done: true, value: undefined } : { done: false, value }
  }
}

/** Why the network ended an attempt, in the contract's words. */
export function pairingFault(reason: Extract<FromNetwork, { t: 'pairingEnded' }>['reason']): Fault {
  switch (reason) {
    case 'expired':
      return fault('linkTimeout', 'the code was not used in time')
    case 'noAccount':
      return fault('noAccount', 'the number has no account')
    case 'invalidPhone':
      return fault('invalid', 'the phone number is malformed')
    case 'unavailable':
      return fault('unavailable', 'the network refuses connections now')
    default: {
      const unknown: never = reason
      return unknown
    }
  }
}

export function linkedAccount(messenger: Messenger, given: Extract<FromNetwork, { t: 'credentials' }>): LinkedAccount {
  const { phone, name, label } = given
  return { wid: chatOf(phone), pushName: name, phone, deviceId: deviceIdOf(messenger, label) }
}
