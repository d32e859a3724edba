import { boot } from './boot'
import { findHost } from './host'

void findHost().then(boot)
