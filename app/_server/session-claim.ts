export interface SessionClaim {
  readonly userId: string;
  readonly sessionVersion: number;
}

/** Whom a signed token stands for; nobody's once it is over (`endsAt`, seconds since 1970). */
export function claimOfToken(
  token: {
    readonly sub?: string | undefined;
    readonly sessionVersion?: number | undefined;
    readonly endsAt?: number | undefined;
  },
  nowSeconds: number,
): SessionClaim {
  const isOver = token.endsAt !== undefined && token.endsAt <= nowSeconds;
  return {
    userId: isOver ? '' : (token.sub ?? ''),
    sessionVersion: token.sessionVersion ?? -1,
  };
}
