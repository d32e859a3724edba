import { defineConfig } from 'vite'
import { entry } from './vite.shared.ts'

export default defineConfig(entry('field', 5173))
