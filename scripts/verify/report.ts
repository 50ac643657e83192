/** What a verification found, in one file that can be sent to whoever asks. */

/** `told`: a figure for whoever reads, about which nothing is asserted. */
export type Verdict = 'passed' | 'failed' | 'told' | 'not answered by this server' | 'left out';

interface Finding {
  readonly what: string;
  readonly verdict: Verdict;
  readonly detail: string;
}

interface Attachment {
  readonly title: string;
  readonly text: string;
}

const marks: Readonly<Record<Verdict, string>> = {
  passed: '✓',
  failed: '✗',
  told: '·',
  'not answered by this server': '?',
  'left out': '–',
};

export class Report {
  readonly #findings: Finding[] = [];
  readonly #attachments: Attachment[] = [];
  readonly #say: (line: string) => void;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  /** Printed at once, and kept. */
  add(what: string, verdict: Verdict, detail = ''): void {
    this.#findings.push({ what, verdict, detail });
    const word = ['passed', 'failed', 'told'].includes(verdict) ? '' : ` (${verdict})`;
    this.#say(`${marks[verdict]} ${what}${word}${detail ? `: ${firstLine(detail)}` : ''}`);
  }

  attach(title: string, text: string): void {
    this.#attachments.push({ title, text });
  }

  count(verdict: Verdict): number {
    return this.#findings.filter((finding) => finding.verdict === verdict).length;
  }

  /** `12 passed, 1 failed, …` */
  summary(): string {
    return (Object.keys(marks) as Verdict[])
      .map((verdict) => `${this.count(verdict)} ${verdict}`)
      .join(', ');
  }

  toMarkdown(title: string): string {
    const rows = this.#findings.map(
      ({ what, verdict, detail }) => `| ${verdict} | ${cell(what)} | ${cell(detail)} |`,
    );
    const attachments = this.#attachments.map(
      ({ title: of, text }) => `## ${of}\n\n\`\`\`\`\n${text}\n\`\`\`\`\n`,
    );
    const head = `# ${title}\n\n${this.summary()}.\n\n| result | what | detail |\n| --- | --- | --- |`;
    return `${[head, ...rows].join('\n')}\n\n${attachments.join('\n')}`;
  }
}

const firstLine = (text: string) => text.split('\n', 1)[0] ?? '';
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', '<br>');
