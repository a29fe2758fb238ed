namespace Appliance.Tidy.Tests.Shell;

public sealed class StrictModeRuleTests
{
    [Fact]
    public void Scripts_of_this_repository_are_strict() =>
        Finding.AssertNone(RepositoryFiles.All.Where(ShellScript.IsOne).SelectMany(StrictModeRule.Check));

    [Fact]
    public void Scripts_of_this_repository_can_be_run() =>
        Finding.AssertNone(RepositoryFiles.All.Where(ShellScript.IsOne)
            .Where(script => !IsExecutable(Path.Combine(RepositoryFiles.Root, script.Path)))
            .Select(script => new Finding(script.Path, 0, "is not executable")));

    [Theory]
    [InlineData("#!/usr/bin/env bash\n# Says why.\n\nset -euo pipefail\necho ok\n", 0)]
    [InlineData("#!/usr/bin/env bash\nset -e\necho ok\n", 1)]
    [InlineData("#!/usr/bin/env bash\necho early\nset -euo pipefail\n", 1)]
    [InlineData("set -euo pipefail\n", 1)]
    [InlineData("#!/bin/sh\nset -eu\n", 2)]
    [InlineData("", 2)]
    public void A_script_that_is_not_strict_is_found(string text, int findings) =>
        Assert.Equal(findings, StrictModeRule.Check(new TextFile("deploy/sample.sh", text)).Count());

    [Fact]
    public void A_script_is_known_by_its_name_or_its_first_line()
    {
        Assert.True(ShellScript.IsOne(new TextFile("test.sh", "echo")));
        Assert.True(ShellScript.IsOne(new TextFile(".ci/run", "#!/usr/bin/env bash\n")));
        Assert.False(ShellScript.IsOne(new TextFile("Dockerfile", "FROM scratch\n")));
        Assert.False(ShellScript.IsOne(new TextFile("tests/interop/sign.py", "#!/usr/bin/env python3\n")));
    }

    private static bool IsExecutable(string path) =>
        OperatingSystem.IsWindows() || File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute);
}
