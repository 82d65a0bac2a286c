import { LiveGateway } from '../../support/live-gateway.ts'

type Env = Readonly<Record<string, string>>

/** A server whose MAX is the fake at this address; nothing runs yet. */
export function openGateway({ url }: { readonly url: string }, more: Env = {}): Promise<LiveGateway> {
  const env = {
    JADEGATE_MAX: 'live',
    JADEGATE_MAX_URL: url,
    JADEGATE_MAX_LOGINS_PER_SECOND: '1000',
    JADEGATE_MAX_LOGINS_PER_DAY: '100000',
    JADEGATE_MAX_NUMBER_CHECKS_PER_DAY: '0',
  }
  return LiveGateway.open({ env }, more)
}

export async function startGateway(fake: { readonly url: string }, more: Env = {}): Promise<LiveGateway> {
  const gateway = await openGateway(fake, more)
  await gateway.start()
  return gateway
}
