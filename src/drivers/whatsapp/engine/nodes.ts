import type { BinaryNode } from './engine.ts'

/** The nodes in a stanza. */
export function childrenOf(node: BinaryNode | undefined, tag?: string): readonly BinaryNode[] {
  const content = node?.content
  if (!Array.isArray(content)) return []
  return tag === undefined ? content : content.filter((child) => child.tag === tag)
}

export function childOf(node: BinaryNode | undefined, tag: string): BinaryNode | undefined {
  return childrenOf(node, tag)[0]
}
