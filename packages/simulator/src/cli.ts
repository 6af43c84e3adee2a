import type { SimulatorOptions } from './index.ts'

/** Reads the command line. Returns a sentence when something is wrong with it. */
export function readOptions(args: string[]): SimulatorOptions | string {
  const options: SimulatorOptions = { port: 9100, host: '127.0.0.1' }
  for (let i = 0; i < args.length; i++) {
    const [name, inline] = split(args[i] as string)
    const value = inline ?? args[++i]
    if (!['--port', '--host', '--seed', '--data', '--limits', '--bot'].includes(name)) return `unknown argument ${name}`
    if (value === undefined || value === '') return `${name} needs a value`
    switch (name) {
      case '--port':
        if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535)
          return `--port must be a number from 0 to 65535, not ${value}`
        options.port = Number(value)
        break
      case '--seed':
        if (!/^\d{1,10}$/.test(value) || Number(value) > 0xffff_ffff)
          return `--seed must be a whole number up to 4294967295, not ${value}`
        options.seed = Number(value)
        break
      case '--limits':
        if (value !== 'real' && value !== 'off') return `--limits must be real or off, not ${value}`
        options.limits = value
        break
      case '--bot':
        if (value !== 'on' && value !== 'off') return `--bot must be on or off, not ${value}`
        options.bot = value === 'on'
        break
      case '--data':
        options.dataDir = value
        break
      default:
        options.host = value
    }
  }
  return options
}

function split(arg: string): [string, string | undefined] {
  const at = arg.indexOf('=')
  return arg.startsWith('--') && at > 0 ? [arg.slice(0, at), arg.slice(at + 1)] : [arg, undefined]
}
