import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { checkedJson } from '../../../lib/checked-json.ts'
import type { KeptFile } from '../../../model/content.ts'

/** Kinds of files as the network has them. picture: of a profile or a group, shown to everybody who knows its address. */
const KINDS = ['photo', 'video', 'audio', 'file', 'sticker', 'picture'] as const

/** What `KeptFile.remote` holds, as JSON: where the network has a file. */
const RemoteFile = Type.Object({
  kind: Type.Enum(KINDS),
  /** As the network calls it; empty where it has no name. */
  id: Type.String(),
  /** Where it was when it came; empty where that is asked each time. */
  url: Type.String(),
  /** The network's ids of the message that brought it: by it the network tells anew where the file is. Absent for a picture. */
  of: Type.Optional(Type.Object({ chat: Type.String(), message: Type.String() })),
})
export type RemoteFile = Readonly<Static<typeof RemoteFile>>

const remoteFile = Compile(RemoteFile)

/** Null for what is none of ours. */
export function readRemote({ remote }: KeptFile): RemoteFile | null {
  return checkedJson(remoteFile, remote ?? null)
}

export function remoteText(remote: RemoteFile): string {
  return JSON.stringify(remote)
}
