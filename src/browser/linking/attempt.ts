import type { BrowserClock } from '../clock.ts'
import { readFrame, readState, readStep, type Frame } from './answers.ts'
import { BEFORE, isPhone, phoneDigits, phoneWay, type Asked, type End, type Hint } from './view.ts'
import type { LinkMessenger, LinkView, Way } from './view.ts'

/** The JSON of an answer, or the end that a refusal means; null where there was none to have now. */
export type LinkAnswer = { readonly json: unknown } | { readonly end: End } | null

/** How an attempt reaches its instance. */
export interface LinkGateway {
  /** Calls a method of the contract; with a body by POST. Never fails. */
  call(method: string, body: object | null, signal: AbortSignal): Promise<LinkAnswer>
  /** Gives the frames of `scanqrcode` as they come, and ends with the socket. Where it is null, or ended early, `qr` is asked again and again. */
  readonly watch: ((signal: AbortSignal, take: (json: unknown) => void) => Promise<void>) | null
  /** The number that is linked; null where nobody says. Null itself: whoever shows the end knows it anyway. */
  readonly phone: ((signal: AbortSignal) => Promise<string | null>) | null
}

export interface LinkAttemptDeps {
  readonly messenger: LinkMessenger
  readonly gateway: LinkGateway
  readonly clock: BrowserClock
  readonly onChange: (view: LinkView) => void
  /** So long a QR is shown that nobody scans. */
  readonly runMs: number
  /** Between two questions for the QR. */
  readonly pollMs: number
  /** True where nobody tells the attempt its instance's state by `saw`: it looks itself then. */
  readonly looks: boolean
}

const HINTS: Readonly<Record<Asked, Hint>> = {
  smsCode: 'typeSent',
  password: 'typePassword',
  passkey: 'confirmPasskey',
}

/** Between two looks at the state, and before a call that had no answer is tried again. */
const LOOK_MS = 2_000
const CODE_MS = 150_000
/** So long the server waits for what the messenger asks for. */
const ASKED_MS = 300_000
/** An attempt that ends may end because the instance is being deleted or paused, which shows a moment later. */
const AFTERMATH_MS = 1_200
/** Another page of the same instance may have used up this second's calls. */
const FIRST_LOOKS = 3
const FIRST_LOOK_MS = 1_300

/**
 * One person's attempts to link a phone to an instance, as the public page and the console show them. It is at one step at a time; each
 * step that is left ends what ran for it.
 */
export class LinkAttempt {
  readonly #deps: LinkAttemptDeps
  #view: LinkView = BEFORE
  #run = new AbortController()
  #timer: { cancel(): void } | undefined
  #hasShown = false
  #seen = ''
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
    this.#timer?.cancel()
  }

  /** Leaves what ran and shows the ways again. */
  reset(way: Way = 'qr'): void {
    this.#enter({ way })
  }

  /** Shows the QR at once; whoever comes back to a page where a code was sent finds the field for it. */
  async begin(): Promise<void> {
    if (phoneWay(this.#deps.messenger) === 'sms') {
      const signal = this.#enter({ way: 'qr', isRunning: true, hint: 'loading' }, this.#deps.runMs)
      const state = await this.#firstLook(signal)
      if (isOver(signal)) return
      if (state === 'pendingCode') {
        this.#wait('smsCode')
        return
      }
    }
    this.showQr()
  }

  showQr(): void {
    const signal = this.#enter({ way: 'qr', isRunning: true, hint: 'loading' }, this.#deps.runMs)
    void this.#follow(signal)
  }

  /** By the number of the phone, as a person writes it. */
  async byPhone(text: string): Promise<void> {
    const digits = phoneDigits(text)
    if (!isPhone(digits)) {
      this.#show({ hint: 'badPhone', reason: null })
      return
    }
    const signal = this.#enter({ way: 'phone', isRunning: true, isBusy: true, hint: 'asking' }, ASKED_MS)
    const body = { phoneNumber: Number(digits) }
    if (phoneWay(this.#deps.messenger) === 'code') await this.#askForCode(body, signal)
    else await this.#sendCode(body, signal)
  }

  /** Gives what the messenger asks for. */
  async answer(value: string): Promise<void> {
    const { signal } = this.#run
    const { asked } = this.#view
    if (value.trim() === '') {
      this.#show({ hint: 'empty', reason: null })
      return
    }
    this.#show({ isBusy: true, hint: 'checking', reason: null })
    const json =
      asked === 'smsCode'
        ? await this.#call('sendAuthorizationCode', { code: value.trim() }, signal)
        : await this.#call('sendAuthorizationPassword', { password: value }, signal)
    if (isOver(signal) || this.#view.asked !== asked) return
    const { isTaken, reason } = readStep(json)
    // What was right is not asked again: the instance's state goes on.
    if (!isTaken) this.#show({ isBusy: false, hint: null, reason: reasonOf(json, reason) })
  }

  /** The state of the instance, whenever it is looked at. */
  saw(state: string): void {
    const before = this.#seen
    if (state === before) return
    this.#seen = state
    const { isRunning, asked } = this.#view
    if (state === 'pendingCode' && asked === null) this.#wait('smsCode')
    else if (state === 'pendingPassword' && asked !== 'password') this.#wait('password')
    else if (state === 'authorized' && isRunning) void this.#finishLinked('linked', null, this.#run.signal)
    else if (state === 'notAuthorized') this.#sawUnlinked(before)
  }

  #sawUnlinked(before: string): void {
    const { end, isRunning } = this.#view
    // What is said of the last attempt is no longer so.
    if (end === 'linked' || end === 'alreadyLinked') this.reset()
    else if (isRunning && (before === 'pendingCode' || before === 'pendingPassword')) this.#finish('failed')
  }

  /** Goes on with an attempt that waits for something, whoever began it. */
  #wait(what: 'smsCode' | 'password'): void {
    const { isRunning, way } = this.#view
    // By QR nothing can be had while a code is good.
    if (!isRunning || (what === 'smsCode' && way === 'qr')) {
      this.#enter({ way: what === 'smsCode' ? 'phone' : 'qr', isRunning: true }, ASKED_MS)
      this.#watchState()
    }
    if (what === 'smsCode') this.#codeUntil = this.#deps.clock.now() + ASKED_MS
    this.#question(what)
  }

  // ── by QR ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  async #follow(signal: AbortSignal): Promise<void> {
    const { clock, gateway } = this.#deps
    let goesOn = true
    if (gateway.watch !== null && clock.now() >= this.#codeUntil) {
      await gateway.watch(signal, (json) => {
        if (!isOver(signal) && goesOn) goesOn = this.#take(readFrame(json), signal, false)
      })
    }
    while (goesOn && !isOver(signal)) {
      const json = await this.#call('qr', null, signal)
      if (isOver(signal)) return
      if (json !== null) goesOn = this.#take(readFrame(json), signal, true)
      else if (this.#view.asked === null) this.#show({ hint: 'offline' })
      if (goesOn) await this.#pause(json === null ? LOOK_MS : this.#deps.pollMs, signal)
    }
  }

  /** False where nothing can follow. */
  #take(frame: Frame, signal: AbortSignal, isPolled: boolean): boolean {
    const { asked } = this.#view
    switch (frame.kind) {
      case 'picture':
        return this.#takePicture(frame.png)
      case 'asked':
        this.#hasShown = true
        this.#question(frame.what)
        return true
      case 'linked':
        void this.#finishLinked('linked', frame.phone, signal)
        return false
      case 'alreadyLinked':
        void this.#finishLinked(this.#hasShown ? 'linked' : 'alreadyLinked', null, signal)
        return false
      case 'timedOut':
        // Whoever is asked for something has longer than a socket lives.
        if (asked === null) this.#finish('timedOut')
        return asked !== null
      case 'error':
        return this.#takeError(frame.isCode, signal, isPolled)
      default:
        return frame satisfies never
    }
  }

  #takePicture(picture: string): boolean {
    this.#hasShown = true
    const isAsked = this.#view.asked !== null
    // What was asked for is asked no more: that attempt has ended.
    if (isAsked) this.#finish('failed')
    else this.#show({ picture, hint: 'fresh' })
    return !isAsked
  }

  /** A socket ends with an error; who asks again and again may be told one now and a QR later. */
  #takeError(isCode: boolean, signal: AbortSignal, isPolled: boolean): boolean {
    if (!isPolled || this.#view.asked !== null) {
      void this.#fail(signal)
      return false
    }
    this.#show({ hint: isCode || this.#deps.clock.now() < this.#codeUntil ? 'codeRuns' : 'loading' })
    return true
  }

  // ── by phone number ────────────────────────────────────────────────────────────────────────────────────────────────

  /** The code that is shown here is typed into the phone. */
  async #askForCode(body: object, signal: AbortSignal): Promise<void> {
    const { isTaken, code } = readStep(await this.#call('getAuthorizationCode', body, signal))
    if (isOver(signal)) return
    if (!isTaken) {
      this.#enter({ way: 'phone', hint: 'noCode' })
      return
    }
    this.#codeUntil = this.#deps.clock.now() + CODE_MS
    this.#endAfter(CODE_MS)
    this.#show({ isBusy: false, code, hint: 'typeCode' })
    this.#watchState()
  }

  /** The code that the phone shows is typed in here. */
  async #sendCode(body: object, signal: AbortSignal): Promise<void> {
    const json = await this.#call('startAuthorization', body, signal)
    if (isOver(signal)) return
    const { isTaken, reason } = readStep(json)
    if (!isTaken) {
      this.#enter({ way: 'phone', reason: reasonOf(json, reason) })
      return
    }
    this.#codeUntil = this.#deps.clock.now() + ASKED_MS
    this.#question('smsCode')
    this.#watchState()
  }

  /** What is asked again is asked already: nothing that is being written is lost. */
  #question(asked: Asked): void {
    if (this.#view.asked === asked) return
    if (asked !== 'passkey') this.#seen = asked === 'smsCode' ? 'pendingCode' : 'pendingPassword'
    this.#endAfter(ASKED_MS)
    this.#show({ asked, isBusy: false, hint: HINTS[asked], reason: null, picture: null, code: null })
  }

  // ── the instance's state ───────────────────────────────────────────────────────────────────────────────────────────

  /** What the state says of the attempt, until it is over. */
  #watchState(): void {
    if (this.#deps.looks) void this.#lookOn(this.#run.signal)
  }

  async #lookOn(signal: AbortSignal): Promise<void> {
    while (!isOver(signal)) {
      const state = await this.#look(signal)
      if (isOver(signal)) return
      if (state !== '') this.saw(state)
      await this.#pause(LOOK_MS, signal)
    }
  }

  async #firstLook(signal: AbortSignal): Promise<string> {
    for (let tries = 1; ; tries += 1) {
      const state = await this.#look(signal)
      if (state !== '' || tries === FIRST_LOOKS || isOver(signal)) return state
      await this.#pause(FIRST_LOOK_MS, signal)
    }
  }

  async #look(signal: AbortSignal): Promise<string> {
    return readState(await this.#call('getStateInstance', null, signal))
  }

  // ── steps and ends ─────────────────────────────────────────────────────────────────────────────────────────────────

  async #finishLinked(end: 'linked' | 'alreadyLinked', known: string | null, signal: AbortSignal): Promise<void> {
    this.#timer?.cancel()
    const { phone } = this.#deps.gateway
    const number = known ?? (phone === null ? null : await phone(signal))
    if (!isOver(signal)) this.#enter({ way: this.#view.way, end, phone: number })
  }

  async #fail(signal: AbortSignal): Promise<void> {
    this.#timer?.cancel()
    await this.#pause(AFTERMATH_MS, signal)
    if (isOver(signal)) return
    await this.#look(signal)
    if (!isOver(signal)) this.#finish('failed')
  }

  #finish(end: End): void {
    // Beginning again would not help whoever has no way to confirm: that has an end of its own.
    const isWithoutPasskey = this.#view.asked === 'passkey' && (end === 'failed' || end === 'timedOut')
    this.#enter({ way: this.#view.way, end: isWithoutPasskey ? 'noPasskey' : end })
  }

  #enter(view: Partial<LinkView>, endsAfterMs?: number): AbortSignal {
    this.close()
    this.#run = new AbortController()
    this.#hasShown = false
    if (endsAfterMs !== undefined) this.#endAfter(endsAfterMs)
    this.#view = { ...BEFORE, ...view }
    this.#deps.onChange(this.#view)
    return this.#run.signal
  }

  #endAfter(delayMs: number): void {
    this.#timer?.cancel()
    this.#timer = this.#deps.clock.after(delayMs, () => this.#finish('timedOut'))
  }

  #show(patch: Partial<LinkView>): void {
    this.#view = { ...this.#view, ...patch }
    this.#deps.onChange(this.#view)
  }

  #pause(delayMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const over = (): void => {
        timer.cancel()
        signal.removeEventListener('abort', over)
        resolve()
      }
      const timer = this.#deps.clock.after(delayMs, over)
      signal.addEventListener('abort', over)
    })
  }

  /** Null where there was no answer to have now. */
  async #call(method: string, body: object | null, signal: AbortSignal): Promise<unknown> {
    const answer = await this.#deps.gateway.call(method, body, signal)
    if (answer === null || isOver(signal)) return null
    if ('json' in answer) return answer.json
    this.#finish(answer.end)
    return null
  }
}

/** No answer at all is trouble of the connection. */
function reasonOf(json: unknown, reason: string): string {
  return json === null ? 'connection_error' : reason
}

/** Asked by name: the compiler takes it for settled what a look at the signal once said. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted
}
