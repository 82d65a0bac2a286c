import { generate } from 'selfsigned'

/** What the TLS port shows, PEM. */
export interface Certificate {
  readonly key: string
  readonly cert: string
}

/** The hosts of WhatsApp that the fake stands for. */
export const hosts = ['web.whatsapp.com', '*.whatsapp.net', '*.web.whatsapp.com', '*.cdn.whatsapp.net'] as const

/** A new certificate for the hosts, good for a few days. */
export async function makeCertificate(): Promise<Certificate> {
  const dayMs = 86_400_000
  const made = await generate([{ name: 'commonName', value: hosts[0] }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - dayMs),
    notAfterDate: new Date(Date.now() + 7 * dayMs),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...hosts.map((value) => ({ type: 2 as const, value })),
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  })
  return { key: made.private, cert: made.cert }
}

/** Whether a host is one of those. */
export function isWhatsAppHost(host: string): boolean {
  return host === 'web.whatsapp.com' || host.endsWith('.whatsapp.net') || host.endsWith('.web.whatsapp.com')
}
