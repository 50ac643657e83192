'use client';
import { Button } from '#app/ui/button.tsx';
import { useAction } from '#app/ui/use-action.ts';
import { verifyAuditAction } from './actions.ts';

/** The newest 20,000 entries; the whole log is for `pnpm audit:verify`. */
export function VerifyButton() {
  const verify = useAction(verifyAuditAction, {
    done: ({ isWhole, faultCount }) =>
      isWhole ? 'Everything is as it was written' : `${faultCount} entries are not as written`,
  });
  return (
    <Button size="sm" variant="quiet" isPending={verify.isPending} onPress={() => verify.run({})}>
      Verify the newest 20,000
    </Button>
  );
}
