import { Worker } from 'node:worker_threads'

/**
 * Starts a worker file. From the sources (`.ts`) it is loaded through tsx, with workspace packages resolved to their sources; from
 * the build it is plain JavaScript.
 */
export function spawnWorker(url: URL, workerData: unknown): Worker {
  if (!url.pathname.endsWith('.ts')) return new Worker(url, { workerData })
  const load = `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(url.href)}) })`
  return new Worker(load, { eval: true, workerData, execArgv: ['--conditions=tradercoin-source'] })
}
