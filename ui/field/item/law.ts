// Who opens an article: the page above decides whether beside or over the item.
import type { Basis } from '@bindings/field'
import type { InjectionKey } from 'vue'

/** `item`: the item whose chip was tapped, where it stands on a card. */
export const openLaw: InjectionKey<(basis: Basis, item?: string) => void> = Symbol('openLaw')
