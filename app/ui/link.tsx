'use client';
/**
 * Link: Next's link, fetched ahead when the pointer or the focus reaches it. Next would fetch every
 * link in view, and do so again after each live refresh: a dozen requests every two seconds.
 */
import NextLink from 'next/link';
import { type ComponentProps, useState } from 'react';

export function Link(props: ComponentProps<typeof NextLink>) {
  const [isNear, setNear] = useState(false);
  return (
    <NextLink
      {...props}
      prefetch={isNear ? null : false}
      onFocus={(event) => {
        setNear(true);
        props.onFocus?.(event);
      }}
      onBlur={(event) => {
        setNear(false);
        props.onBlur?.(event);
      }}
      onMouseEnter={(event) => {
        setNear(true);
        props.onMouseEnter?.(event);
      }}
      onMouseLeave={(event) => {
        setNear(false);
        props.onMouseLeave?.(event);
      }}
    />
  );
}
