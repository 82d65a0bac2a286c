import type { Account, Faults, Network, Part, Phone } from './network.ts'

/** What a fake WhatsApp can be told at its start. */
export interface FakeOptions {
  /** 0, the default: any free one. */
  readonly port?: number
  /** How long the first code for linking is good, and each after it. The real ones: 60 s and 20 s. */
  readonly refPeriods?: { readonly firstMs: number; readonly nextMs: number }
  /** The parts beside those of the server itself; each is made once, with the network. */
  readonly parts?: readonly ((network: Network) => Part)[]
  readonly makePhone?: (account: Account, network: Network) => Phone
}

/** A WhatsApp Web server of our own, that an unmodified engine believes. */
export interface FakeWhatsApp {
  /** `ws://127.0.0.1:<port>/ws/chat` */
  readonly url: string
  readonly port: number
  /** The TLS port; hosts of WhatsApp are redirected to it by `trust.ts`. */
  readonly tls: number
  readonly network: Network
  readonly faults: Faults
  /** The person's phone scans a QR text. */
  scan(phone: string, qr: string): Promise<'linked' | 'passkey'>
  /** The person types a code for linking into the phone. */
  enterCode(phone: string, code: string): Promise<'linked' | 'passkey'>
  /** The person shows the passkey that a linking waits for. */
  confirmPasskey(phone: string): Promise<void>
  /** The person takes a linked device off. */
  unlink(phone: string, device: number): void
  close(): Promise<void>
}
