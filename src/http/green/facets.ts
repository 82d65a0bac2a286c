import type { FacetName, Facets } from '../../drivers/facets.ts'
import type { Instance } from '../../instances/instance.ts'
import type { Picture } from '../../model/chats.ts'
import { isFault, type Fault } from '../../model/fault.ts'

/** Asks the messenger, or says why it can't be asked now. */
export function ask<Name extends FacetName, Answer>(
  instance: Instance,
  name: Name,
  question: (facet: Facets[Name]) => Promise<Answer>,
): Promise<Answer | Fault> {
  const facet = instance.facet(name)
  return isFault(facet) ? Promise.resolve(facet) : question(facet as Facets[Name])
}

/** The messenger said no, as against not having been asked: what several methods answer with `false`. */
export function isNo(trouble: Fault): boolean {
  return ['refused', 'notFound', 'forbidden', 'conflict', 'noAccount'].includes(trouble.fault)
}

/** Where a picture can be fetched from this server; empty where there is none to show. */
export async function pictureUrl(instance: Instance, picture: Picture): Promise<string | Fault> {
  if (picture.kind !== 'shown') return ''
  const trouble = await instance.bringFile(picture.file)
  return trouble ?? instance.linkOf(picture.file, 'avatar.jpg')
}
