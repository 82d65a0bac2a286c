export const words = {
  title: 'Virtual phones',
}
