'use client';
import { KeyRound, LogOut, UserRound } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { Button } from '#app/ui/button.tsx';
import { discardDrafts } from '#app/ui/draft.ts';
import { Foreign } from '#app/ui/foreign-text.tsx';
import { goOnAsking, stopAsking } from '#app/ui/live-attention.ts';
import { Menu } from '#app/ui/menu.tsx';
import { notifyError } from '#app/ui/toast.tsx';
import { type Answer, answerOf } from '#app/ui/use-action.ts';

async function endSession(): Promise<Answer<null>> {
  const { signOut } = await import('next-auth/react');
  await signOut({ redirect: false });
  return { ok: true, data: null };
}

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
    stopAsking();
    const answer = await answerOf(endSession());
    if (!answer.ok) {
      goOnAsking();
      notifyError(answer.error);
      return;
    }
    discardDrafts();
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
