import { readFileSync, writeFileSync } from 'node:fs'
import { withTables } from './venue-tables.suite.ts'

/* node scripts/venues-doc.mjs: writes the tables of docs/venues.md. */

const path = new URL('../../../../docs/venues.md', import.meta.url)
writeFileSync(path, withTables(readFileSync(path, 'utf8')))
