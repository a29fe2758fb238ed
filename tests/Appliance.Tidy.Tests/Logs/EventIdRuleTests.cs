using Appliance.Tidy.Tests.Source;

namespace Appliance.Tidy.Tests.Logs;

public sealed class EventIdRuleTests
{
    [Fact]
    public void Log_events_of_the_product_have_numbers_of_their_own() =>
        Finding.AssertNone(EventIdRule.Check(CSharpFile.In("src")));

    [Theory]
    [InlineData("[LoggerMessage(8001, LogLevel.Warning, \"a\")]", 0)]
    [InlineData("[LoggerMessage(EventId = 8001, Level = LogLevel.Warning, Message = \"a\")]", 0)]
    [InlineData("[LoggerMessage(Level = LogLevel.Warning, EventId = 8001)]", 0)]
    [InlineData("[LoggerMessage(Level = LogLevel.Warning, Message = \"a\")]", 1)]
    [InlineData("[LoggerMessage(EventIds.Started, LogLevel.Warning, \"a\")]", 1)]
    [InlineData("[LoggerMessage(LogLevel.Warning, \"a\")]", 1)]
    [InlineData("[LoggerMessage(1001, LogLevel.Warning, \"a\")]", 1)]
    [InlineData("[LoggerMessage(9000, LogLevel.Warning, \"a\")]", 1)]
    public void A_log_event_without_a_number_of_its_band_is_found(string attribute, int findings) =>
        Assert.Equal(findings, EventIdRule.Check([Server(attribute)]).Count());

    [Fact]
    public void A_number_used_twice_is_found_in_another_file_too()
    {
        var first = Server("[LoggerMessage(8001, LogLevel.Warning, \"a\")]");
        var second = Server("[LoggerMessage(EventId = 8001, Level = LogLevel.Error)]");

        Assert.Contains("taken", Assert.Single(EventIdRule.Check([first, second])).What, StringComparison.Ordinal);
    }

    private static CSharpFile Server(string attribute) => CSharpFile.Sample(
        $"static partial class Log {{ {attribute} static partial void Event(); }}", "src/Appliance.Server/Log.cs");
}
