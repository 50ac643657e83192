/** The one HTTP client for everything that leaves the process. */

export interface HttpRequest {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | null;
  /** Whole request with redirects, ms. */
  readonly timeoutMs: number;
  /** Bytes of the body, as sent and as decompressed; default 32 MiB. */
  readonly maxBytes?: number;
  /** Default 5. */
  readonly maxRedirects?: number;
  readonly signal?: AbortSignal;
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
    /** From the beginning, redirects included, to the headers of the last answer. */
    readonly firstByteMs: number;
    /** Of the connection that was opened for it (name, TCP, TLS); 0 = one was open. */
    readonly connectMs: number;
  };
  /** Decompressed bytes of the body. */
  readonly bytes: number;
  /** The same as it was sent. */
  readonly wireBytes: number;
}

/**
 * Throws AppError with an `egress_*` code; answers of any status are responses, not errors.
 */
export interface HttpClient {
  /** Sent with requests that name no User-Agent of their own. */
  readonly userAgent?: string;
  request(request: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}
