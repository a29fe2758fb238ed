namespace Appliance.Server.Tests.Commands;

public sealed class PackageCommandTests
{
    [Fact]
    public async Task Plans_and_orders_are_granted_once_and_end_with_the_certificate_or_the_plan()
    {
        using var installation = new Installation();
        await installation.SetUpAsync();
        var made = await installation.JsonAsync("credential create --user ioana --algorithm P-256 --years 2");
        var grant = $"package grant --credential {made.Text("id")}";
        (await installation.RunAsync(grant)).Failed("either --count or --plan");
        (await installation.RunAsync(grant + " --plan 300")).Failed("200, 400, 600");
        (await installation.RunAsync(grant + " --plan 200 --count 5")).Failed("either --count or --plan");

        var one = await installation.JsonAsync(grant + " --plan 200 --order A-1");
        var again = await installation.JsonAsync(grant + " --plan 200 --order A-1");
        (await installation.RunAsync(grant + " --plan 400 --order A-1")).Failed("granted before");
        var three = await installation.JsonAsync(grant + " --plan 600");

        Assert.Equal((200, 200), (one.GetProperty("plan").GetInt32(), one.GetProperty("remaining").GetInt32()));
        Assert.Equal(one.GetRawText(), again.GetRawText());
        Assert.Equal((600, 800), (three.GetProperty("plan").GetInt32(), three.GetProperty("total").GetInt32()));
        var (from, first, last) = (
            one.GetProperty("validFrom").GetDateTimeOffset(),
            one.GetProperty("validUntil").GetDateTimeOffset(),
            three.GetProperty("validUntil").GetDateTimeOffset());
        Assert.Equal(from.AddYears(1), first);
        Assert.InRange(last, from.AddYears(2).AddMinutes(-30), from.AddYears(2).AddMinutes(1));
    }
}
