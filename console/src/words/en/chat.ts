export const words = {
  title: 'Chat',
}
