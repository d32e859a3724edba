// The workbench: the real screens on the paper engine. `?scene=…&lang=en&theme=dark&text=200`; never part of the build.
import { boot } from '../boot'
import { PaperEngine } from './engine'
import { scenes } from './scenes'

const query = new URLSearchParams(location.search)
const engine = new PaperEngine()
engine.language = query.get('lang') ?? 'zh-CN'
engine.theme = query.get('theme') ?? 'light'
document.documentElement.style.fontSize = `${query.get('text') ?? '100'}%`
scenes[query.get('scene') ?? 'draft']?.(engine)
void boot(engine)
