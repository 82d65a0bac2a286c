import type { Hello } from './linking.ts'
import type { MaxNetwork } from './network.ts'
import type { Reader } from './reader.ts'
import { Refusal, wrong } from './refusal.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const TEXTS = ['locale', 'deviceLocale', 'osVersion', 'deviceName', 'headerUserAgent', 'screen', 'timezone']

/** What a client says of itself, as the web client says it; an old version is refused. */
export function readHello(asked: Reader, { settings, faults }: MaxNetwork): Hello {
  const agent = asked.inner('userAgent')
  const deviceId = asked.text('deviceId')
  if (!UUID.test(deviceId)) throw wrong('the device id is no UUID')
  for (const name of TEXTS) agent.text(name)
  if (agent.text('deviceType') !== 'WEB' || agent.text('pushDeviceType') !== 'WEBPUSH' || agent.flag('isPwa'))
    throw new Refusal('login.device', 'this is no web client')
  const version = agent.text('appVersion')
  if (!/^\d+\.\d+\.\d+$/.test(version)) throw wrong('the app version is none')
  if (faults.refusesVersions || isOlder(version, settings.minimumVersion))
    throw new Refusal('client.version', 'Unsupported client version')
  return { deviceId, name: agent.text('deviceName') }
}

function isOlder(version: string, than: string): boolean {
  const own = version.split('.').map(Number)
  const least = than.split('.').map(Number)
  const at = own.findIndex((part, index) => part !== least[index])
  return at >= 0 && (own[at] ?? 0) < (least[at] ?? 0)
}
