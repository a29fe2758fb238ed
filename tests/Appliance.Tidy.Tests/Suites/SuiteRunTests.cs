using System.Runtime.Versioning;

namespace Appliance.Tidy.Tests.Suites;

/// <summary>The closing line of test.sh tells the truth about suites that fail, crash, hang or run nothing.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class SuiteRunTests : IDisposable
{
    private readonly SuiteRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Suites_that_pass_are_summed() =>
        Assert.Equal((0, "5 passed, 0 failed"), await _run.Add(2, 0).Add(3, 0).RunAsync());

    [Fact]
    public async Task Skipped_tests_do_not_change_the_line() =>
        Assert.Equal((0, "5 passed, 0 failed"), await _run.Add(2, 0, 1).Add(3, 0, 2).RunAsync());

    [Fact]
    public async Task A_failed_test_fails_the_run() =>
        Assert.Equal((1, "5 passed, 2 failed"), await _run.Add(2, 0).Add(3, 2, exitCode: 1).RunAsync());

    [Fact]
    public async Task A_failed_test_fails_the_run_even_when_its_suite_says_0() =>
        Assert.Equal((1, "3 passed, 1 failed"), await _run.Add(3, 1).RunAsync());

    [Fact]
    public async Task A_suite_that_crashes_is_a_failure() =>
        Assert.Equal((1, "2 passed, 1 failed"), await _run.Add(2, 0).Add("kill -SEGV $$").RunAsync());

    [Fact]
    public async Task A_suite_that_crashes_after_its_result_is_a_failure() =>
        Assert.Equal((1, "5 passed, 1 failed"), await _run.Add(2, 0).Add(3, 0, exitCode: 134).RunAsync());

    [Fact]
    public async Task A_suite_that_ends_well_without_a_result_is_a_failure() =>
        Assert.Equal((1, "2 passed, 1 failed"), await _run.Add("exit 0").Add(2, 0).RunAsync());

    [Fact]
    public async Task A_suite_that_leaves_half_a_result_is_a_failure() =>
        Assert.Equal((1, "2 passed, 1 failed"), await _run.Add("printf '{\"res' >\"${@: -1}\"").Add(2, 0).RunAsync());

    [Fact]
    public async Task A_suite_that_hangs_is_stopped_and_a_failure() =>
        Assert.Equal((1, "2 passed, 1 failed"), await _run.Add("sleep 60").Add(2, 0).RunAsync());

    [Fact]
    public async Task A_suite_without_tests_is_a_failure() =>
        Assert.Equal((1, "2 passed, 1 failed"), await _run.Add(0, 0).Add(2, 0).RunAsync());

    [Fact]
    public async Task A_suite_that_was_not_built_is_a_failure() =>
        Assert.Equal((1, "2 passed, 1 failed"), await _run.Add(2, 0).Add("rm -f \"$0\"; exit 127").RunAsync());

    [Fact]
    public async Task No_suite_at_all_is_no_success() => Assert.Equal((1, "0 passed, 0 failed"), await _run.RunAsync());
}
