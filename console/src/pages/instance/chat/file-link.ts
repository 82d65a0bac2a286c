const OF_THIS_SERVER = /^\/media\/(\d{1,15})\/[0-9a-z]{1,11}-[\w-]{27}\/([0-9a-f]{64}(?:\.[a-z0-9]{1,16})?)$/
const TOO_LARGE = '{{SWE002}}'

export type FileLink =
  /** A file of this server by the path of its link: it is fetched from where the page came from, whatever the server's public address is. */
  | { readonly kind: 'own'; readonly path: string }
  /** Somebody else's: opened in a tab of its own, never loaded into the page. */
  | { readonly kind: 'web'; readonly url: string }
  | { readonly kind: 'tooLarge' }
  | { readonly kind: 'none' }

export function fileLink(url: string): FileLink {
  if (url === TOO_LARGE) return { kind: 'tooLarge' }
  const parsed = webUrl(url)
  if (parsed === null) return { kind: 'none' }
  return OF_THIS_SERVER.test(parsed.pathname)
    ? { kind: 'own', path: parsed.pathname }
    : { kind: 'web', url: parsed.href }
}

/** Null for what is no address of the web: a link leads nowhere else. */
export function webUrl(url: string): URL | null {
  if (!/^https?:\/\//i.test(url)) return null
  try {
    return new URL(url)
  } catch {
    return null
  }
}

const firstLinks = new Map<string, string>()

/** Each answer names a file by a link of its own, good for as long; the page keeps to the first, so that nothing is loaded twice. */
export function steadyLink(url: string): string {
  const [, instance, file] = OF_THIS_SERVER.exec(webUrl(url)?.pathname ?? '') ?? []
  if (instance === undefined || file === undefined) return url
  const key = `${instance}/${file}`
  const first = firstLinks.get(key) ?? url
  firstLinks.set(key, first)
  return first
}
