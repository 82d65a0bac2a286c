import type { Answer, Network, Node, QueryHandler } from './network.ts'
import { child, textOf } from './nodes.ts'

export interface Product {
  readonly id: string
  readonly name: string
  readonly description?: string
  /** Thousandths of the currency's unit. */
  readonly price?: number
  readonly currency?: string
  readonly imageUrl?: string
  readonly isHidden?: boolean
}

/** What a business shows of itself, and what it sells. */
export interface Shop {
  readonly email: string
  readonly category: string
  readonly description: string
  readonly products: readonly Product[]
}

/** Businesses, by their numbers: the answers to `w:biz` and `w:biz:catalog`. Who is none has an empty answer, and no catalogue. */
export class Shops {
  readonly byPhone = new Map<string, Shop>()
  readonly #network: Network

  constructor(network: Network) {
    this.#network = network
  }

  handlers(): readonly QueryHandler[] {
    return [
      { xmlns: 'w:biz', handle: (query) => this.#profile(query) },
      { xmlns: 'w:biz:catalog', handle: (query) => this.#catalog(query) },
    ]
  }

  #profile(query: Node): Answer {
    const asked = child(child(query, 'business_profile'), 'profile')
    const jid = asked?.attrs['jid'] ?? ''
    const shop = this.#of(jid)
    if (shop === undefined) return [{ tag: 'business_profile', attrs: {} }]
    const categories = { tag: 'categories', attrs: {}, content: [text('category', shop.category)] }
    const content = [text('description', shop.description), text('email', shop.email), categories]
    return [{ tag: 'business_profile', attrs: {}, content: [{ tag: 'profile', attrs: { jid }, content }] }]
  }

  #catalog(query: Node): Answer {
    const asked = child(query, 'product_catalog')
    const shop = this.#of(asked?.attrs['jid'] ?? '')
    if (shop === undefined) return { error: { code: 404, text: 'item-not-found' } }
    const count = Number(textOf(child(asked, 'limit')))
    return [{ tag: 'product_catalog', attrs: {}, content: shop.products.slice(0, count).map(productNode) }]
  }

  #of(jid: string): Shop | undefined {
    return this.byPhone.get(this.#network.find(jid)?.phone ?? '')
  }
}

/** What a product has not is not there. */
function productNode({ id, name, description, price, currency, imageUrl, isHidden }: Product): Node {
  const image =
    imageUrl === undefined ? [] : [text('original_image_url', imageUrl), text('request_image_url', imageUrl)]
  return {
    tag: 'product',
    attrs: isHidden === true ? { is_hidden: 'true' } : {},
    content: [
      ...[text('id', id), text('name', name)],
      ...(description === undefined ? [] : [text('description', description)]),
      ...(price === undefined ? [] : [text('price', String(price))]),
      ...(currency === undefined ? [] : [text('currency', currency)]),
      ...(image.length === 0
        ? []
        : [{ tag: 'media', attrs: {}, content: [{ tag: 'image', attrs: {}, content: image }] }]),
      { tag: 'status_info', attrs: {}, content: [text('status', 'APPROVED')] },
    ],
  }
}

function text(tag: string, value: string): Node {
  return { tag, attrs: {}, content: Buffer.from(value) }
}
