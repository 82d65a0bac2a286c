/** What the server answers with cmd 3. Codes marked (seen) in the document are the service's own; the rest are ours. */
export class Refusal extends Error {
  readonly code: string
  constructor(code: string, message: string = code) {
    super(message)
    this.code = code
  }
}

export const wrong = (what: string): Refusal => new Refusal('proto.payload', what)
