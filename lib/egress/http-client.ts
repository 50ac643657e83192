/** The one HTTP client for everything that leaves the process. */
import type { Credential } from './credential.ts';
import type { SeenCertificate } from './guarded-connect.ts';

export interface HttpRequest {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | null;
  /** Sent with every hop to its origins; never in `headers` or `url`. */
  readonly credential?: Credential | undefined;
  /** Whole request with redirects, ms; what `beforeRedirect` waits does not count. */
  readonly timeoutMs: number;
  /** Bytes of the body, as sent and as decompressed; default 32 MiB. */
  readonly maxBytes?: number;
  /** The body is read as far as this and no further, in place of `maxBytes`, which fails; bytes. */
  readonly cutAt?: number;
  /** Default 5. */
  readonly maxRedirects?: number;
  /**
   * Awaited before a redirect is followed: it is a request like any other. What it throws ends the request.
   * @param waitMs how long its `Retry-After` asks to wait first (RFC 9110, 10.2.3), ms; null when it does not
   */
  readonly beforeRedirect?: (next: URL, waitMs: number | null) => Promise<void>;
  /** Told of each redirect before it is followed or refused; its body is not read. */
  readonly onRedirect?: (answer: RedirectAnswer) => void;
  readonly signal?: AbortSignal;
}

export interface RedirectAnswer {
  readonly url: string;
  readonly status: number;
  /** Lower-case names, without what the credential holds. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface HttpResponse {
  readonly status: number;
  /** Lower-case names; repeated headers joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** Decompressed. */
  readonly body: Uint8Array;
  readonly finalUrl: string;
  readonly redirects: readonly { readonly status: number; readonly url: string }[];
  readonly remoteAddress: string | null;
  /** `1.1` or `2`; null when no connection is known. */
  readonly httpVersion: string | null;
  readonly timings: {
    readonly totalMs: number;
    /** From the beginning, redirects included and waits before them left out, to the last headers. */
    readonly firstByteMs: number;
    /** Of the connection that was opened for it (name, TCP, TLS); 0 = one was open. */
    readonly connectMs: number;
  };
  /** Decompressed bytes of the body. */
  readonly bytes: number;
  /** The same as it was sent. */
  readonly wireBytes: number;
  /** How many times the credential was taken out of headers and body; absent = it is not in them. */
  readonly secretsRemoved?: number;
}

/**
 * Throws AppError with an `egress_*` code; answers of any status are responses, not errors.
 */
export interface HttpClient {
  /** Sent with requests that name no User-Agent of their own. */
  readonly userAgent?: string;
  request(request: HttpRequest): Promise<HttpResponse>;
  /** The certificates that hosts have shown since the last call, the newest of each; absent = it looks at none. */
  takeCertificates?(): readonly SeenCertificate[];
  close(): Promise<void>;
}
