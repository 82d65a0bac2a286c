import type { Clock } from '../../lib/clock.ts'
import type { Driver } from '../driver.ts'

/** A network under a test's control and a driver that speaks to it, both fresh. */
export interface DriverRig {
  readonly driver: Driver
  /** The driver's and, where the network can, the network's. */
  readonly clock: Clock
  skip(ms: number): void
  /** After so long a QR is replaced by the next. */
  readonly qrPeriodMs: number
  /** The chat id of a number, as the API takes it. */
  chatOf(phone: string): string
  /** Numbers with an account; none of them is linked yet. */
  readonly phones: { readonly own: string; readonly peer: string; readonly other: string }
  readonly withoutAccount: string
  readonly person: {
    scan(qr: string, phone: string): Promise<void>
    enterCode(code: string, phone: string): Promise<void>
    unlink(phone: string): Promise<void>
    /** Resolves with the id that the network gave. */
    say(from: string, to: string, text: string): Promise<string>
    read(phone: string, from: string): Promise<void>
    /** What this phone received, oldest first. */
    received(phone: string): Promise<readonly { readonly id: string; readonly text: string }[]>
  }
  readonly trouble: {
    /** The network takes the account's next message and never answers. */
    loseVerdict(phone: string): Promise<void>
    refuseSend(phone: string): Promise<void>
    dropConnection(phone: string): Promise<void>
  }
  close(): Promise<void>
}
