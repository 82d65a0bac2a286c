import { createTransport } from 'nodemailer'
import type { Letter, Mailer } from './mail.ts'

/** A server that says nothing for so long takes nothing. */
const PATIENCE_MS = 10_000

/** A mail server by its URL, `smtp://` or `smtps://`. */
export function smtpMailer(url: string, from: string): Mailer {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: 2,
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    async send({ to, subject, text }: Letter): Promise<void> {
      // As an object the address is no list, whatever stands in it.
      await transport.sendMail({ from, to: { name: '', address: to }, subject, text })
    },
    close: () => {
      transport.close()
    },
  }
}
