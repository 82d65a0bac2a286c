/** A `postgres://` URL, which may name several hosts where other URLs name one. */
export interface PostgresUrl {
  /** With the first host. */
  readonly url: URL
  /** One URL for each host; they say no more than that and its port. */
  readonly hosts: readonly URL[]
}

const FORM = /^(postgres(?:ql)?:\/\/(?:[^/?#\s]*@)?)([^@/?#\s]*)([/?][^#\s]*)?$/

/** Undefined where it is none. */
export function partsOfUrl(text: string): PostgresUrl | undefined {
  const [, begin = '', authority = '', rest = ''] = FORM.exec(text) ?? []
  if (begin === '') return undefined
  const names = authority.split(',')
  const url = `${begin}${names[0] ?? ''}${rest}`
  const hosts = names.map((name) => `postgres://${name}`)
  if ((names.length > 1 && names.includes('')) || !URL.canParse(url) || !hosts.every((one) => URL.canParse(one))) {
    return undefined
  }
  return { url: new URL(url), hosts: hosts.map((one) => new URL(one)) }
}
