/** Whether it is an absolute http or https URL. */
export function isWebUrl(given: string): boolean {
  return URL.canParse(given) && ['http:', 'https:'].includes(new URL(given).protocol)
}

/** A URL without what may be secret in it; empty where there is none. */
export function originOf(url: string): string {
  if (!URL.canParse(url)) return ''
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}`
}
