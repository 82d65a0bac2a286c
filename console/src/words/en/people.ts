export const words = {
  title: 'People',
}
