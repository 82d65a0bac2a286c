const FIRST =
  'Alice Boris Carla Denis Elena Fatima Gleb Hana Igor Julia Karim Lena Marco Nadia Oleg Paula Quentin Rita Samir Tanya'.split(
    ' ',
  )
const LAST =
  'Adams Belov Costa Demir Eriksen Fischer Garcia Haddad Ivanov Jansen Kim Lopez Moreau Novak Okafor Petrov Rossi Sato'.split(
    ' ',
  )

/** A plausible name for a number, always the same one. */
export function nameFor(phone: string): string {
  let sum = 7
  for (const digit of phone) sum = (sum * 31 + Number(digit)) % 1_000_003
  return `${FIRST[sum % FIRST.length] ?? ''} ${LAST[Math.floor(sum / FIRST.length) % LAST.length] ?? ''}`
}
