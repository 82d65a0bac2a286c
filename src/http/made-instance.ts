import Type from 'typebox'
import type { InstanceId } from '../model/ids.ts'
import { MESSENGERS, type Messenger } from '../model/messenger.ts'

/** What whoever made an instance is told of it; `apiUrl` and `mediaUrl` are ours. */
export const MADE_INSTANCE = Type.Object({
  idInstance: Type.Integer(),
  apiTokenInstance: Type.String(),
  typeInstance: Type.Enum([...MESSENGERS]),
  apiUrl: Type.String(),
  mediaUrl: Type.String(),
})

export function madeInstance(
  { id, token }: { readonly id: InstanceId; readonly token: string },
  messenger: Messenger,
  url: string,
): object {
  return { idInstance: id, apiTokenInstance: token, typeInstance: messenger, apiUrl: url, mediaUrl: url }
}
