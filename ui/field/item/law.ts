// Who opens an article: the page above decides whether beside or over the item.
import type { Basis } from '@bindings/field'
import type { InjectionKey } from 'vue'

export const openLaw: InjectionKey<(basis: Basis) => void> = Symbol('openLaw')
