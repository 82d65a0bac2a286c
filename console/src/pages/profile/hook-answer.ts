import { list, number, object, or, text, type Read } from '../../api/read.ts'

const readAttempt = object({ time: text, id: text, type: text, attempt: number, status: number })
export type Attempt = Read<typeof readAttempt>
export const readHook = object({ url: text, createdAt: text, attempts: or(list(readAttempt), []) })
export type Hook = Read<typeof readHook>

export function hookKey(account: string): readonly string[] {
  return ['account', account, 'hook']
}
