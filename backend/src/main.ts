import { serve } from './serve.ts'

/* The hub process. */

process.exitCode = await serve(process.env)
process.exit()
