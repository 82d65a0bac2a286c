import type { Content } from '../../../../model/content.ts'
import { line, text } from '../../../network/bounded.ts'
import type { WaMessage } from '../../engine/proto.ts'
import { count } from '../bounded.ts'
import type { Reading } from '../reading.ts'
import { image } from './files.ts'

type Of<Name extends keyof WaMessage> = NonNullable<WaMessage[Name]>

const MOST_ITEMS = 1_000_000

export function product({ product: shown }: Of<'productMessage'>, reading: Reading): Content | undefined {
  if (!shown) return undefined
  const { priceAmount1000: price, productImage } = shown
  return {
    ...{ kind: 'product', productId: line(shown.productId), title: line(shown.title) },
    ...{ description: text(shown.description), currency: line(shown.currencyCode).slice(0, 8), url: line(shown.url) },
    price: price === null || price === undefined ? '' : priceOf(count(price)),
    imageCount: count(shown.productImageCount, MOST_ITEMS),
    ...(productImage && { image: image(productImage, reading) }),
  }
}

export async function order(sent: Of<'orderMessage'>, { parts }: Reading): Promise<Content> {
  return {
    ...{ kind: 'order', orderId: line(sent.orderId), token: line(sent.token), title: line(sent.orderTitle) },
    ...{ itemCount: count(sent.itemCount, MOST_ITEMS), currency: line(sent.totalCurrencyCode).slice(0, 8) },
    total: String(Math.round(count(sent.totalAmount1000) / 10)),
    seller: await parts.people.chatOf(line(sent.sellerJid)),
  }
}

/** Two places behind the point, or the third as well where it is needed. */
function priceOf(thousandths: number): string {
  return (thousandths / 1000).toFixed(thousandths % 10 === 0 ? 2 : 3)
}
