namespace Appliance.Tidy.Tests.Source;

public sealed class WaitRuleTests
{
    [Fact]
    public void Tests_of_this_repository_wait_for_conditions() =>
        Finding.AssertNone(CSharpFile.In("tests").SelectMany(WaitRule.Check));

    [Theory]
    [InlineData("Thread.Sleep(100);", 1)]
    [InlineData("System.Threading.Thread.Sleep(100);", 1)]
    [InlineData("await Task.Delay(100);", 1)]
    [InlineData("await global::System.Threading.Tasks.Task.Delay(t, time);", 1)]
    [InlineData("Func<int, Task> wait = Task.Delay;", 1)]
    [InlineData("await Task.Delay(Timeout.Infinite);", 1)]
    [InlineData("await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);", 0)]
    [InlineData("await timer.WaitForNextTickAsync();", 0)]
    [InlineData("policy.Delay(100); // Task.Delay", 0)]
    public void A_wait_for_time_is_found(string statement, int findings)
    {
        var sample = CSharpFile.Sample($"class C {{ async Task M() {{ {statement} }} }}");
        Assert.Equal(findings, WaitRule.Check(sample).Count());
    }
}
