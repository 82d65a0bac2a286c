import type { ReactNode } from 'react'
import classes from './brand.module.css'

/** The sign and name of the product. */
export function Brand(): ReactNode {
  return (
    <span className={classes['brand']}>
      <img src={`${import.meta.env.BASE_URL}jadegate.svg`} alt="" width={28} height={28} />
      Jadegate
    </span>
  )
}
