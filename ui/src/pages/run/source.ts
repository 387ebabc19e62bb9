/** Where a run's code is. */

/** The page of a commit on the usual hosts of code; null for other repositories. */
export function commitLink(repository: string, commit: string): string | null {
  const found = /^(?:https?:\/\/|git@|ssh:\/\/git@)(github\.com|gitlab\.com|bitbucket\.org)[/:]([\w.-]+(?:\/[\w.-]+)*\/[\w.-]+?)(?:\.git)?\/?$/.exec(repository);
  if (!found || !/^[0-9a-f]{7,40}$/i.test(commit)) return null;
  const between = { "github.com": "commit", "gitlab.com": "-/commit", "bitbucket.org": "commits" }[found[1] ?? ""];
  return `https://${found[1]}/${found[2]}/${between}/${commit}`;
}
