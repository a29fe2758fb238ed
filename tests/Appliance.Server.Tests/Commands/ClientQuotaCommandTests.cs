using System.Text.Json;

namespace Appliance.Server.Tests.Commands;

public sealed class ClientQuotaCommandTests
{
    [Fact]
    public async Task A_clients_time_stamps_a_day_are_set_shown_and_listed()
    {
        using var installation = new Installation();
        await installation.SetUpAsync();
        var made = await installation.JsonAsync("client create --client portal --operations timestamp");
        Assert.Equal(JsonValueKind.Null, made.GetProperty("timestampsPerDay").ValueKind);

        var limited = await installation.JsonAsync("client set --client portal --timestamps-per-day 250");
        Assert.Equal(250, limited.GetProperty("timestampsPerDay").GetInt32());
        Assert.Equal("active", limited.Text("state"));
        var list = await installation.RunAsync("client list");
        list.Succeeded();
        Assert.Contains("250", list.Output, StringComparison.Ordinal);

        // Nothing said: as it is.
        Assert.Equal(250, (await installation.JsonAsync("client set --client portal --rate 5"))
            .GetProperty("timestampsPerDay").GetInt32());
        Assert.Equal(0, (await installation.JsonAsync("client set --client portal --timestamps-per-day none"))
            .GetProperty("timestampsPerDay").GetInt32());
        var shown = await installation.RunAsync("client show --client portal");
        Assert.Contains("unlimited time stamps a day", shown.Output, StringComparison.Ordinal);
        await installation.JsonAsync("client set --client portal --timestamps-per-day default");
        Assert.Equal(JsonValueKind.Null, (await installation.JsonAsync("client show --client portal"))
            .GetProperty("timestampsPerDay").ValueKind);

        foreach (var wrong in new[] { "0", "-1", "many", "1000000001", "99999999999" })
        {
            (await installation.RunAsync($"client set --client portal --timestamps-per-day={wrong}"))
                .Failed(wrong == "1000000001" ? "0 (no limit) to 1,000,000,000" : "is no count");
        }
    }
}
