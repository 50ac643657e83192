/** The pages of the console, in the order of the rail, with the letter that follows `g`. */
import {
  BellRing,
  CalendarClock,
  CalendarRange,
  ChartNoAxesColumn,
  Cpu,
  Database,
  Gauge,
  Globe,
  HardDrive,
  Layers,
  ListChecks,
  type LucideIcon,
  Play,
  ScrollText,
  Settings,
  TriangleAlert,
  Waypoints,
} from 'lucide-react';

export interface Place {
  readonly href: string;
  readonly label: string;
  readonly key: string;
  readonly icon: LucideIcon;
  /** Of the whole deployment: not for whoever sees some sources. */
  readonly ofAll?: true;
}

/** All there are; `usePlaces` has those that somebody is not refused. */
export const places: readonly Place[] = [
  { href: '/', label: 'Overview', key: 'o', icon: Gauge },
  { href: '/work-items', label: 'Work items', key: 'i', icon: ListChecks },
  { href: '/failures', label: 'Failures', key: 'e', icon: TriangleAlert },
  { href: '/sources', label: 'Sources', key: 's', icon: Waypoints },
  { href: '/runs', label: 'Runs', key: 'r', icon: Play },
  { href: '/records', label: 'Records', key: 'd', icon: Database },
  { href: '/hosts', label: 'Hosts', key: 'h', icon: Globe },
  { href: '/workers', label: 'Workers', key: 'w', icon: Cpu, ofAll: true },
  { href: '/schedules', label: 'Schedules', key: 'c', icon: CalendarClock },
  { href: '/forecast', label: 'Forecast', key: 'f', icon: CalendarRange, ofAll: true },
  { href: '/alerts', label: 'Alerts', key: 'l', icon: BellRing },
  { href: '/report', label: 'Report', key: 'p', icon: ChartNoAxesColumn },
  { href: '/bulk-actions', label: 'Background actions', key: 'b', icon: Layers },
  { href: '/storage', label: 'Storage', key: 'u', icon: HardDrive, ofAll: true },
  { href: '/audit', label: 'Audit', key: 'a', icon: ScrollText, ofAll: true },
  { href: '/settings', label: 'Settings', key: 't', icon: Settings },
];

export function isCurrent(place: Place, pathname: string): boolean {
  return place.href === '/'
    ? pathname === '/'
    : pathname === place.href || pathname.startsWith(`${place.href}/`);
}
