import Type from 'typebox'
import { Compile } from 'typebox/compile'
import type { CatalogProduct, ContactInfo } from '../../../model/chats.ts'
import type { Life } from '../life.ts'

type About = Pick<ContactInfo, 'email' | 'category' | 'description' | 'isBusiness' | 'products'>

const Text = Type.Optional(Type.Union([Type.String(), Type.Null()]))
const Profile = Compile(Type.Object({ email: Text, category: Text, description: Text }))
const Status = Compile(
  Type.Array(Type.Object({ status: Type.Object({ status: Type.Union([Type.String(), Type.Null()]) }) })),
)
const Catalog = Compile(Type.Object({ products: Type.Array(Type.Unknown()) }))
/** What a product has not is undefined, and its price then no number. */
const Product = Compile(
  Type.Object({
    ...{ id: Type.String(), name: Text, description: Text, price: Type.Unknown(), currency: Text },
    ...{ availability: Text, isHidden: Type.Optional(Type.Boolean()) },
    imageUrls: Type.Optional(Type.Object({ original: Text })),
  }),
)
const PRODUCTS = 50
/** The network counts money in thousandths. */
const THOUSANDTHS = 1_000

/** What somebody shows of themselves, and a business of what it sells; a question that comes to nothing leaves its part empty. */
export async function aboutPerson(life: Life, jid: string, isBusiness: boolean | undefined): Promise<About> {
  const [status, profile] = await Promise.all([
    life.socket.fetchStatus(jid).catch(() => null),
    life.socket.getBusinessProfile(jid).catch(() => null),
  ])
  const about = Status.Check(status) ? (status[0]?.status.status ?? '') : ''
  if (!Profile.Check(profile))
    return { email: '', category: '', description: about, isBusiness: isBusiness ?? false, products: [] }
  const { email, category, description } = profile
  return {
    ...{ email: email ?? '', category: category ?? '', isBusiness: true },
    description: typeof description === 'string' && description !== '' ? description : about,
    products: await productsOf(life, jid),
  }
}

async function productsOf({ socket }: Life, jid: string): Promise<readonly CatalogProduct[]> {
  const catalog = await socket.getCatalog({ jid, limit: PRODUCTS }).catch(() => null)
  return Catalog.Check(catalog) ? catalog.products.flatMap(productIn) : []
}

/** One that can't be read takes nothing from the others. */
function productIn(product: unknown): readonly CatalogProduct[] {
  if (!Product.Check(product)) return []
  const { id, name, description, price, currency, availability, isHidden, imageUrls } = product
  return [
    {
      ...{ id, name: name ?? '', description: description ?? '', imageUrl: imageUrls?.original ?? '' },
      ...{ isAvailable: availability !== 'out of stock', isHidden: isHidden ?? false },
      price: priceOf(price, currency ?? ''),
    },
  ]
}

function priceOf(price: unknown, currency: string): string | null {
  const amount = typeof price === 'number' || typeof price === 'string' ? Number(price) / THOUSANDTHS : Number.NaN
  return Number.isFinite(amount) ? `${String(amount)} ${currency}`.trim() : null
}
