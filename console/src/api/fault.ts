/** What went wrong with a call: the server said so, or nobody answered. */
export class ApiFault extends Error {
  /** As the server names it; `network` where no answer came, `unreadable` where it made no sense. */
  readonly code: string
  /** 0 where no answer came. */
  readonly status: number
  readonly retryAfterSeconds: number | null

  constructor(code: string, message: string, status = 0, retryAfterSeconds: number | null = null) {
    super(message)
    this.name = 'ApiFault'
    this.code = code
    this.status = status
    this.retryAfterSeconds = retryAfterSeconds
  }

  /** True where the server may have done what it was asked to: nobody can tell without asking again. */
  get isUncertain(): boolean {
    return this.status === 0 || this.status >= 500
  }
}

export function asFault(error: unknown): ApiFault {
  if (error instanceof ApiFault) return error
  return new ApiFault('unknown', error instanceof Error ? error.message : String(error))
}

/** The server names the field that it does not take; what is wrong with a new password it says in English only. */
export function isWeakPassword({ code, message }: ApiFault): boolean {
  return code === 'invalid' && message.includes("'password'")
}
