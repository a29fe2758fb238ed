using System.Diagnostics;
using System.Runtime.Versioning;

namespace Appliance.Tidy.Tests.Suites;

/// <summary>Runs tests/run-suites.sh over suites that are bash scripts in a folder of their own.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class SuiteRun : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("suites-");
    private readonly List<string> _suites = [];

    /// <summary>A suite that leaves this result and ends with this code.</summary>
    public SuiteRun Add(int passed, int failed, int skipped = 0, int exitCode = 0) => Add($$"""
        jq -n '{tests: {{passed + failed + skipped}}, passed: {{passed}}, failed: {{failed}}, skipped: {{skipped}} }
            | {results: {summary: . } }' >"${@: -1}"
        exit {{exitCode}}
        """);

    /// <summary>A suite that does as the script says; the name of the result file is its last argument.</summary>
    public SuiteRun Add(string script)
    {
        var path = Path.Combine(_folder.FullName, $"Suite{_suites.Count}.Tests");
        File.WriteAllText(path, "#!/usr/bin/env bash\n" + script + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _suites.Add(path);
        return this;
    }

    /// <summary>The exit code and the last line that run-suites.sh printed.</summary>
    public async Task<(int ExitCode, string LastLine)> RunAsync()
    {
        var script = Path.Combine(RepositoryFiles.Root, "tests/run-suites.sh");
        var start = new ProcessStartInfo("bash", [script, Path.Combine(_folder.FullName, "results"), .. _suites])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["SUITE_SECONDS"] = "2", ["SUITE_JOBS"] = "2" },
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal("", await errors);
        return (process.ExitCode, (await output).TrimEnd('\n').Split('\n')[^1]);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
