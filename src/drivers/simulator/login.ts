import type { Fault } from '../../model/fault.ts'
import { fault } from '../../model/fault.ts'
import type { LinkedAccount } from '../../model/instance.ts'
import type { Messenger } from '../../model/messenger.ts'
import type { FromNetwork } from '../../simulator/protocol.ts'
import type { Login, LoginStep } from '../driver.ts'
import { CHAT_IDS } from './ids.ts'

type Asked = Extract<FromNetwork, { t: 'asked' }>

/** The longest word that the network takes, UTF-16 code units. */
const REPLY_LENGTH = 256

/** What a login asks of the session. */
interface Caller {
  /** The person gives up before the end. */
  cancelled(): void
  /** The person's word on what was asked last. */
  answered(value: string): void
}

/** An attempt to link, as its caller sees it: a stream of steps that closes after `done` or `ended`. */
export class LoginAttempt implements Login {
  readonly #caller: Caller
  #asked: Asked['what'] | null = null
  #unread: LoginStep[] = []
  #reader: (() => void) | null = null
  #over = false

  constructor(caller: Caller) {
    this.#caller = caller
  }

  get steps(): AsyncIterable<LoginStep> {
    return { [Symbol.asyncIterator]: () => ({ next: () => this.#next() }) }
  }

  /** What nobody asked for goes nowhere. */
  answer(value: string): void {
    const what = this.#asked
    if (this.#over || what === null || what === 'passkey') return
    // No code or password is that long, and the network hangs up on whoever says so much.
    if (value.length > REPLY_LENGTH) this.ask(what, what === 'code' ? 'wrongCode' : 'wrongPassword')
    else this.#caller.answered(value)
  }

  cancel(): void {
    if (!this.#over) this.#caller.cancelled()
  }

  /** A code that nobody has read yet is replaced by the next one. */
  show(what: 'qr' | 'code', value: string, until: number): void {
    if (this.#over) return
    this.#asked = null
    this.#unread = []
    this.#add({ kind: 'show', what, value, until })
  }

  ask(what: Asked['what'], trouble: Asked['trouble']): void {
    if (this.#over) return
    this.#asked = what
    this.#unread = []
    this.#add({ kind: 'ask', what, ...(trouble !== null && { trouble: fault(trouble, TROUBLES[trouble]) }) })
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

const TROUBLES: Readonly<Record<NonNullable<Asked['trouble']>, string>> = {
  wrongCode: 'the code is wrong',
  wrongPassword: 'the password is wrong',
  codeExpired: 'the code is too old',
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
  const { address, phone, name, label } = given
  const ids = CHAT_IDS[messenger]
  const linked = { wid: `${phone}@c.us`, pushName: name, phone, deviceId: ids.deviceIdOf(label) }
  return messenger === 'whatsapp' ? linked : { ...linked, chat: ids.chatOf(address) }
}
