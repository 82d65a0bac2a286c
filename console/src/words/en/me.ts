export const words = {
  title: 'My profile',
}
