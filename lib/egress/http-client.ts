/** The one HTTP client for everything that leaves the process. */

export interface HttpRequest {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | null;
  /** Whole request with redirects, ms. */
  readonly timeoutMs: number;
  /** Decompressed bytes; default 32 MiB. */
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
  readonly timings: { readonly totalMs: number; readonly firstByteMs: number };
  /** Decompressed bytes of the body. */
  readonly bytes: number;
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
