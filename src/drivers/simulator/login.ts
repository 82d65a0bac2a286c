import { StepStream } from '../../lib/step-stream.ts'
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
  readonly #steps = new StepStream<LoginStep>()

  constructor(caller: Caller) {
    this.#caller = caller
  }

  get steps(): AsyncIterable<LoginStep> {
    return this.#steps
  }

  /** What nobody asked for goes nowhere. */
  answer(value: string): void {
    const what = this.#asked
    if (this.#steps.isOver || what === null || what === 'passkey') return
    // No code or password is that long, and the network hangs up on whoever says so much.
    if (value.length > REPLY_LENGTH) this.ask(what, what === 'code' ? 'wrongCode' : 'wrongPassword')
    else this.#caller.answered(value)
  }

  cancel(): void {
    if (!this.#steps.isOver) this.#caller.cancelled()
  }

  /** A code that nobody has read yet is replaced by the next one. */
  show(what: 'qr' | 'code', value: string, until: number): void {
    this.#asked = null
    this.#steps.show({ kind: 'show', what, value, until })
  }

  ask(what: Asked['what'], trouble: Asked['trouble']): void {
    this.#asked = what
    this.#steps.show({ kind: 'ask', what, ...(trouble !== null && { trouble: fault(trouble, TROUBLES[trouble]) }) })
  }

  done(): void {
    this.#steps.end({ kind: 'done' })
  }

  fail(trouble: Fault): void {
    this.#steps.end({ kind: 'ended', fault: trouble })
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
