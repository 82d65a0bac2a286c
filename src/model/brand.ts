/** How an account shows itself on the page where phones are linked. Empty texts and nulls: nothing of its own. */
export interface Brand {
  readonly name: string
  /** `#rrggbb`, in lower case. */
  readonly color: string | null
  /** A PNG in base64. */
  readonly logo: string | null
  /** Whom whoever links a phone may ask, in words. */
  readonly supportText: string
  /** `https:`, `http:`, `mailto:` or `tel:`. */
  readonly supportUrl: string | null
}
