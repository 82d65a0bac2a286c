import type { OrderContent, ProductContent } from '../../../../model/content.ts'
import { isFault } from '../../../../model/fault.ts'
import type { WaMessage } from '../../engine/proto.ts'
import { inContext, type Making } from './making.ts'

/** Products and orders belong to shops, which a linked device has no part in: they are only shown in quotes. */

export async function productMessage(content: ProductContent, making: Making): Promise<WaMessage> {
  const picture = content.image === undefined ? undefined : await making.file(content.image)
  const productImage = picture === undefined || isFault(picture) ? {} : { productImage: picture.message }
  const price = Math.round(Number(content.price) * 1000)
  return {
    productMessage: {
      product: {
        ...{ productId: content.productId, title: content.title, description: content.description },
        ...{ currencyCode: content.currency, url: content.url, productImageCount: content.imageCount },
        ...(Number.isSafeInteger(price) && { priceAmount1000: price }),
        ...productImage,
      },
      ...inContext(making.context),
    },
  }
}

export async function orderMessage(content: OrderContent, { context, life }: Making): Promise<WaMessage> {
  const total = Number(content.total) * 10
  return {
    orderMessage: {
      ...{ orderId: content.orderId, token: content.token, orderTitle: content.title },
      ...{ itemCount: content.itemCount, totalCurrencyCode: content.currency },
      ...(Number.isSafeInteger(total) && { totalAmount1000: total }),
      ...(content.seller !== '' && { sellerJid: await life.people.jidOf(content.seller) }),
      ...inContext(context),
    },
  }
}
