/** Begins the keys of what is known of prices. */
export const PRICES_KEY = ['operator', 'prices'] as const
