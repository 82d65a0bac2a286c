import { LiveGateway } from '../../support/live-gateway.ts'

export { LiveGateway as Gateway, MESSAGE_WEBHOOKS } from '../../support/live-gateway.ts'

const PRELOAD = new URL('../../fakes/whatsapp/preload.js', import.meta.url).href

/** Where a fake WhatsApp is, whichever process it runs in. */
export interface FakeAddress {
  readonly url: string
  readonly tls: number
}

type Env = Readonly<Record<string, string>>

/** A server whose WhatsApp is the fake; nothing runs yet. */
export function openGateway({ url, tls }: FakeAddress, more: Env = {}): Promise<LiveGateway> {
  const env = {
    FAKE_WHATSAPP_TLS: String(tls),
    JADEGATE_WHATSAPP: 'baileys',
    JADEGATE_WHATSAPP_URL: url,
    JADEGATE_WHATSAPP_LOGINS_PER_SECOND: '1000',
    JADEGATE_WHATSAPP_FIRST_CONTACTS_PER_DAY: '0',
    JADEGATE_WHATSAPP_NUMBER_CHECKS_PER_DAY: '0',
  }
  return LiveGateway.open({ env, preloads: [PRELOAD] }, more)
}

export async function startGateway(fake: FakeAddress, more: Env = {}): Promise<LiveGateway> {
  const gateway = await openGateway(fake, more)
  await gateway.start()
  return gateway
}
