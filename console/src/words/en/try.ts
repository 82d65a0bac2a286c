export const words = {
  title: 'Try a method',
}
