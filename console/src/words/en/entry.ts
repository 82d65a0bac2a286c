export const words = {
  title: 'Sign in',
}
