import { callMethod, type InstanceState, type Messenger, type MethodCall } from '../../../api/instances.ts'
import { flag, object, or, text, type Reader } from '../../../api/read.ts'
import { asFault } from '../../../api/fault.ts'

/** The two ways: a QR for the phone's camera, or the number of the phone. */
export type Way = 'qr' | 'phone'
/** What the messenger wants besides. */
export type Asked = 'smsCode' | 'password' | 'passkey'
export type End = 'linked' | 'timedOut' | 'failed' | 'noPasskey'
export type Hint =
  | 'loading'
  | 'fresh'
  | 'offline'
  | 'codeRuns'
  | 'asking'
  | 'noCode'
  | 'typeCode'
  | 'typeSent'
  | 'typePassword'
  | 'confirmPasskey'
  | 'checking'

export interface LinkView {
  readonly way: Way
  readonly isRunning: boolean
  /** A PNG in base64: the QR to scan now. */
  readonly picture: string | null
  /** To be typed into the phone. */
  readonly code: string | null
  readonly asked: Asked | null
  readonly end: End | null
  readonly hint: Hint | null
  /** Why the messenger took no number, code or password; one of the reasons of the API. */
  readonly reason: string | null
  readonly isBusy: boolean
}

export const BEFORE: LinkView = {
  way: 'qr',
  isRunning: false,
  picture: null,
  code: null,
  asked: null,
  end: null,
  hint: null,
  reason: null,
  isBusy: false,
}

const HINTS: Readonly<Record<Asked, Hint>> = {
  smsCode: 'typeSent',
  password: 'typePassword',
  passkey: 'confirmPasskey',
}

/** The QR changes every 20 s; the contract allows three calls a second, which others may want too. */
const POLL_MS = 2_000
/** Nobody looks for so long at a QR that he means to scan. */
const RUN_MS = 180_000
const CODE_MS = 150_000
/** So long the server waits for what the messenger asks for. */
const ASKED_MS = 300_000

const readQr = object({ type: text, message: or(text, '') })
const readCode = object({ status: flag, code: or(text, '') })
const readStep = object({ status: flag, data: or(object({ reason: or(text, '') }), { reason: '' }) })

interface LinkAttemptDeps {
  readonly account: string
  readonly id: string
  readonly messenger: Messenger
  readonly onChange: (view: LinkView) => void
}

/**
 * One person's attempts to link a phone to an instance. It is at one step at a time; each step that is left ends what ran for it. That the
 * phone is linked, or that the messenger waits for something, it also hears from outside, by `saw`.
 */
export class LinkAttempt {
  readonly #deps: LinkAttemptDeps
  #view: LinkView = BEFORE
  #run = new AbortController()
  #timer: ReturnType<typeof setTimeout> | undefined
  #seen: InstanceState | null = null
  /** Until then a code for a phone number is good, and the server shows no QR. */
  #codeUntil = 0

  constructor(deps: LinkAttemptDeps) {
    this.#deps = deps
  }

  get view(): LinkView {
    return this.#view
  }

  /** Ends whatever runs. */
  close(): void {
    this.#run.abort()
    clearTimeout(this.#timer)
  }

  /** Leaves what ran and shows the ways again. */
  reset(way: Way = 'qr'): void {
    this.#enter({ way })
  }

  showQr(): void {
    const signal = this.#enter({ way: 'qr', isRunning: true, hint: 'loading' }, RUN_MS)
    void this.#poll(signal)
  }

  /** WhatsApp gives a code to type into the phone; the others send one to it. */
  async byPhone(phoneNumber: string): Promise<void> {
    const signal = this.#enter({ way: 'phone', isRunning: true, isBusy: true, hint: 'asking' }, ASKED_MS)
    const body = { phoneNumber: Number(phoneNumber) }
    if (this.#deps.messenger === 'whatsapp') await this.#askForCode(body, signal)
    else await this.#sendCode(body, signal)
  }

  /** Gives what the messenger asks for. */
  async answer(value: string): Promise<void> {
    const { signal } = this.#run
    const { asked } = this.#view
    this.#show({ isBusy: true, hint: 'checking', reason: null })
    const step = await this.#call(
      asked === 'smsCode'
        ? { name: 'sendAuthorizationCode', verb: 'POST', body: { code: value }, read: readStep }
        : { name: 'sendAuthorizationPassword', verb: 'POST', body: { password: value }, read: readStep },
      signal,
    )
    if (signal.aborted || this.#view.asked !== asked) return
    // What was right is not asked again: the instance's state goes on.
    if (step?.status === true) return
    this.#show({ isBusy: false, hint: null, reason: step?.data.reason ?? 'connection_error' })
  }

  /** The state of the instance, whenever it is another one. */
  saw(state: InstanceState): void {
    const before = this.#seen
    if (state === before) return
    this.#seen = state
    const { isRunning, asked } = this.#view
    if (state === 'pendingCode' && asked === null) this.#wait('smsCode')
    else if (state === 'pendingPassword' && asked !== 'password') this.#wait('password')
    else if (state === 'authorized' && isRunning) this.#finish('linked')
    else if (state === 'notAuthorized') this.#sawUnlinked(before)
  }

  #sawUnlinked(before: InstanceState | null): void {
    // What is said of the last attempt is no longer so.
    if (this.#view.end === 'linked') this.reset()
    else if (this.#view.isRunning && (before === 'pendingCode' || before === 'pendingPassword')) this.#finish('failed')
  }

  /** Whoever comes back to an attempt that waits for something goes on with it. */
  #wait(what: Asked): void {
    if (!this.#view.isRunning) this.#enter({ way: what === 'smsCode' ? 'phone' : 'qr', isRunning: true }, ASKED_MS)
    this.#question(what)
  }

  async #poll(signal: AbortSignal): Promise<void> {
    for (;;) {
      const answer = await this.#call({ name: 'qr', read: readQr }, signal)
      if (isOver(signal)) return
      if (answer !== null) this.#take(answer)
      else if (this.#view.asked === null) this.#show({ hint: 'offline' })
      await pause(POLL_MS, signal)
      if (isOver(signal)) return
    }
  }

  #take({ type, message }: { readonly type: string; readonly message: string }): void {
    const { asked } = this.#view
    if (type === 'qrCode') {
      // What was asked for is asked no more: that attempt has ended.
      if (asked === null) this.#show({ picture: message, hint: 'fresh' })
      else this.#finish('failed')
    } else if (type === 'pending_password') this.#question('password')
    else if (type === 'passkeyRequired') this.#question('passkey')
    else if (type === 'alreadyLogged' || type === 'already_registered') this.#finish('linked')
    else if (asked === null) this.#show({ hint: Date.now() < this.#codeUntil ? 'codeRuns' : 'loading' })
  }

  async #askForCode(body: object, signal: AbortSignal): Promise<void> {
    const answer = await this.#call({ name: 'getAuthorizationCode', verb: 'POST', body, read: readCode }, signal)
    if (signal.aborted) return
    if (answer?.status !== true) {
      this.#enter({ way: 'phone', hint: 'noCode' })
      return
    }
    this.#codeUntil = Date.now() + CODE_MS
    this.#endAfter(CODE_MS)
    this.#show({ isBusy: false, code: answer.code, hint: 'typeCode' })
  }

  async #sendCode(body: object, signal: AbortSignal): Promise<void> {
    const answer = await this.#call({ name: 'startAuthorization', verb: 'POST', body, read: readStep }, signal)
    if (signal.aborted) return
    if (answer?.status !== true) {
      this.#enter({ way: 'phone', reason: answer?.data.reason ?? 'connection_error' })
      return
    }
    this.#codeUntil = Date.now() + ASKED_MS
    this.#question('smsCode')
  }

  /** What is asked again is asked already: nothing that is being written is lost. */
  #question(asked: Asked): void {
    if (this.#view.asked === asked) return
    this.#endAfter(ASKED_MS)
    this.#show({ asked, isBusy: false, hint: HINTS[asked], reason: null, picture: null, code: null })
  }

  #finish(end: End): void {
    // Beginning again would not help whoever has no way to confirm: that has an end of its own.
    const isWithoutPasskey = this.#view.asked === 'passkey' && end !== 'linked'
    this.#enter({ way: this.#view.way, end: isWithoutPasskey ? 'noPasskey' : end })
  }

  #enter(view: Partial<LinkView>, endsAfterMs?: number): AbortSignal {
    this.close()
    this.#run = new AbortController()
    if (endsAfterMs !== undefined) this.#endAfter(endsAfterMs)
    this.#view = { ...BEFORE, ...view }
    this.#deps.onChange(this.#view)
    return this.#run.signal
  }

  #endAfter(delayMs: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#finish('timedOut'), delayMs)
  }

  #show(patch: Partial<LinkView>): void {
    this.#view = { ...this.#view, ...patch }
    this.#deps.onChange(this.#view)
  }

  /** Null where there was no answer to have now. */
  async #call<T>(
    call: Pick<MethodCall<T>, 'name' | 'verb' | 'body'> & { readonly read: Reader<T> },
    signal: AbortSignal,
  ): Promise<T | null> {
    const { account, id } = this.#deps
    try {
      return await callMethod({ ...call, account, id, signal })
    } catch (error) {
      if (!signal.aborted && asFault(error).status === 404) this.#finish('failed')
      return null
    }
  }
}

/** Asked by name: the compiler takes it for settled what a look at the signal once said. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted
}

function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, delayMs)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
