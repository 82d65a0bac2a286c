import type { Node } from '../instances/node.ts'
import type { InstanceRow } from '../model/instance.ts'
import type { Hooks } from './hooks.ts'

/** What the hook of an instance's account hears of it. */
export function instanceNews(hooks: Pick<Hooks, 'news'>): Node['news'] {
  return (type, row, at) => hooks.news(row.account, type, dataOf(row), at)
}

/** `wid` of the phone that is linked, or was until now. */
function dataOf({ id, name, messenger, linked }: InstanceRow): object {
  return { idInstance: id, name, typeInstance: messenger, ...(linked !== null && { wid: linked.wid }) }
}
