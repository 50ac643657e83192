'use client';
/**
 * ThemeSwitch: system, light or dark. The choice is a cookie that the server reads, so the first
 * paint is right without a script.
 */
import { Monitor, Moon, Sun } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from './button.tsx';
import { Menu } from './menu.tsx';
import { type Theme, themeCookie } from './theme.ts';

const icons = { system: Monitor, light: Sun, dark: Moon };
const words = { system: 'System', light: 'Light', dark: 'Dark' };

export function ThemeSwitch({ initial }: { readonly initial: Theme }) {
  const [theme, setTheme] = useState(initial);
  const Icon = icons[theme];
  const choose = (next: Theme) => {
    setTheme(next);
    document.documentElement.dataset['theme'] = next;
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every supported browser
    document.cookie = `${themeCookie}=${next}; path=/; max-age=31536000; samesite=lax`;
  };
  return (
    <Menu
      label="Theme"
      trigger={
        <IconButton label={`Theme: ${words[theme].toLowerCase()}`}>
          <Icon aria-hidden />
        </IconButton>
      }
      entries={(['system', 'light', 'dark'] as const).map((option) => {
        const OptionIcon = icons[option];
        return {
          id: option,
          label: words[option],
          icon: <OptionIcon aria-hidden />,
          ...(option === theme ? { hint: 'chosen' } : {}),
          onAction: () => choose(option),
        };
      })}
    />
  );
}
