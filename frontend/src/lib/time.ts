/** Which clock the page shows. */
export type TimeZoneChoice = 'local' | 'utc'

const pad = (value: number, width = 2) => String(value).padStart(width, '0')

function parts(ms: number, zone: TimeZoneChoice) {
  const date = new Date(zone === 'utc' ? ms : ms - new Date(ms).getTimezoneOffset() * 60_000)
  return {
    day: `${date.getUTCFullYear()}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())}`,
    clock: `${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())}`,
    millis: pad(date.getUTCMilliseconds(), 3),
  }
}

/** `10:42:07`. */
export function showClock(ms: number, zone: TimeZoneChoice): string {
  return parts(ms, zone).clock
}

/** `10:42:07.123`. */
export function showPreciseTime(ms: number, zone: TimeZoneChoice): string {
  const { day, clock, millis } = parts(ms, zone)
  return `${day} ${clock}.${millis}`
}

/** `11-22 10:42:07`: the month and day, as the year is in the title. */
export function showDayTime(ms: number, zone: TimeZoneChoice): string {
  const { day, clock } = parts(ms, zone)
  return `${day.slice(5)} ${clock}`
}

/** `UTC+7`, `UTC-3:30`, `UTC`: the name of the zone the page shows at that moment. */
export function zoneName(zone: TimeZoneChoice, ms: number): string {
  const minutes = zone === 'utc' ? 0 : -new Date(ms).getTimezoneOffset()
  if (minutes === 0) return 'UTC'
  const size = Math.abs(minutes)
  const rest = size % 60 === 0 ? '' : `:${pad(size % 60)}`
  return `UTC${minutes < 0 ? '-' : '+'}${Math.floor(size / 60)}${rest}`
}

/** The start of the day `daysBack` days ago in the shown zone, as milliseconds. */
export function startOfDay(ms: number, zone: TimeZoneChoice, daysBack = 0): number {
  const date = new Date(ms)
  return zone === 'utc'
    ? Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() - daysBack)
    : new Date(date.getFullYear(), date.getMonth(), date.getDate() - daysBack).getTime()
}

export type Age = { unit: 'second' | 'minute' | 'hour' | 'day'; value: number }

/** The largest whole unit of an age. An age below zero, from clocks that differ, counts as now. */
export function ageOf(ms: number): Age {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 60) return { unit: 'second', value: seconds }
  if (seconds < 3_600) return { unit: 'minute', value: Math.floor(seconds / 60) }
  if (seconds < 86_400) return { unit: 'hour', value: Math.floor(seconds / 3_600) }
  return { unit: 'day', value: Math.floor(seconds / 86_400) }
}
