/** A drawing for each picture that a change names as its `icon`. */
import {
  ArrowUpDown,
  CalendarClock,
  FolderInput,
  type LucideIcon,
  Pause,
  Play,
  RotateCcw,
  SkipForward,
  Undo2,
} from 'lucide-react';

export const changeIcons: Readonly<Record<string, LucideIcon>> = {
  again: RotateCcw,
  back: Undo2,
  forward: SkipForward,
  pause: Pause,
  play: Play,
  number: ArrowUpDown,
  into: FolderInput,
  plan: CalendarClock,
};

export function ChangePicture({ of }: { readonly of: { readonly icon: string } }) {
  const Icon = changeIcons[of.icon];
  return Icon ? <Icon aria-hidden /> : null;
}
