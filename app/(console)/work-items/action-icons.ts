/** The pictures of what can be done to items. */
import { Pause, Play, RotateCcw, SkipForward, Undo2 } from 'lucide-react';

export const actionIcons = {
  recrawl: RotateCcw,
  retry: Undo2,
  skip: SkipForward,
  hold: Pause,
  release: Play,
} as const;
