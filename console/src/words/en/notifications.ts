export const words = {
  title: 'Notifications',
}
