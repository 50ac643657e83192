'use client';
import { KeyRound, LogOut, UserRound } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { Button } from '#app/ui/button.tsx';
import { Foreign } from '#app/ui/foreign-text.tsx';
import { Menu } from '#app/ui/menu.tsx';
import { notifyError } from '#app/ui/toast.tsx';
import { answerOf } from '#app/ui/use-action.ts';

export function UserMenu({
  name,
  email,
  role,
}: {
  readonly name: string;
  readonly email: string;
  readonly role: string;
}) {
  const router = useRouter();
  const leave = async () => {
    const answer = await answerOf(import('./sign-out.ts').then(({ endSession }) => endSession()));
    if (!answer.ok) {
      notifyError(answer.error);
      return;
    }
    router.replace('/sign-in');
    router.refresh();
  };
  return (
    <Menu
      label="Account"
      trigger={
        <Button
          variant="quiet"
          aria-label={`Account of ${name}`}
          icon={<UserRound aria-hidden />}
          className="max-w-40 max-sm:w-8 max-sm:px-0"
        >
          <span className="truncate max-sm:sr-only">
            <Foreign text={name} />
          </span>
        </Button>
      }
      entries={[
        { kind: 'heading', id: 'who', text: `${email} · ${role}` },
        {
          id: 'account',
          label: 'Your account',
          icon: <KeyRound aria-hidden />,
          href: '/settings/account',
        },
        {
          id: 'sign-out',
          label: 'Sign out',
          icon: <LogOut aria-hidden />,
          onAction: () => void leave(),
        },
      ]}
    />
  );
}
