import type { Node } from './network.ts'

/** All children, or those with a tag. */
export function children(node: Node | undefined, tag?: string): readonly Node[] {
  const all = Array.isArray(node?.content) ? node.content : []
  return tag === undefined ? all : all.filter((one) => one.tag === tag)
}

export function child(node: Node | undefined, tag: string): Node | undefined {
  return children(node, tag)[0]
}

/** The content as bytes; empty for a node with children or none. */
export function bytesOf(node: Node | undefined): Uint8Array {
  const content = node?.content
  if (typeof content === 'string') return Buffer.from(content)
  return content instanceof Uint8Array ? content : new Uint8Array()
}

/** The content as a text. */
export function textOf(node: Node | undefined): string {
  return Buffer.from(bytesOf(node)).toString()
}
