export const words = {
  title: 'Billing',
}
