export const words = {
  profile: 'Profile',
  tokens: 'API tokens',
  hook: 'Lifecycle webhooks',
  brand: 'Brand',
}
