import { use } from 'react'
import { DICTIONARIES, type Area, type Words } from './dictionaries.ts'
import { language, useLanguage, type Language } from './language.ts'

/**
 * The texts of an area in the language of the page. The nearest Suspense shows its fallback until they are here; a route that names its
 * areas (`page` of routes.tsx) fetches them together with the page.
 */
export function useWords<A extends Area>(area: A): Words<A> {
  const dictionary = DICTIONARIES[useLanguage()][area]
  return dictionary.words ?? use(dictionary.fetch())
}

/** Fetches the texts of areas in the language of the page, so that nobody waits for them later. */
export async function preloadWords(areas: readonly Area[]): Promise<void> {
  await Promise.all(areas.map((area) => DICTIONARIES[language()][area].fetch()))
}

/** The texts of every area that was shown so far, in another language: fetched before the page changes over to it. */
export async function preloadLanguage(next: Language): Promise<void> {
  const areas = Object.keys(DICTIONARIES.en).filter(isArea)
  const shown = areas.filter((area) => DICTIONARIES[language()][area].isWanted)
  await Promise.all(shown.map((area) => DICTIONARIES[next][area].fetch()))
}

function isArea(name: string): name is Area {
  return name in DICTIONARIES.en
}
