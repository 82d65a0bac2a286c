import type { Random } from '../lib/random.ts'
import type { Messenger } from '../model/messenger.ts'

/** `120363…@g.us` on WhatsApp, a negative number of at most 16 characters elsewhere. */
export function newGroupId(messenger: Messenger, type: 'group' | 'supergroup', random: Random): string {
  switch (messenger) {
    case 'whatsapp':
      return `120363${digits(random, 12)}@g.us`
    case 'v3':
      return `-7${digits(random, 13)}`
    case 'telegram':
      return type === 'supergroup' ? `-1001${digits(random, 9)}` : `-4${digits(random, 9)}`
    default: {
      const unknown: never = messenger
      throw new Error(`unknown messenger ${String(unknown)}`)
    }
  }
}

export function newInviteLink(messenger: Messenger, random: Random): string {
  const code = random.bytes(16).toString('base64url')
  switch (messenger) {
    case 'whatsapp':
      return `https://chat.whatsapp.com/${code}`
    case 'v3':
      return `https://max.ru/join/${code}`
    case 'telegram':
      return `https://t.me/+${code}`
    default: {
      const unknown: never = messenger
      throw new Error(`unknown messenger ${String(unknown)}`)
    }
  }
}

function digits(random: Random, count: number): string {
  return Array.from(random.bytes(count), (byte) => byte % 10).join('')
}
