using System.Net.Http.Headers;
using System.Security.Cryptography;
using Appliance.Identity;
using Appliance.Ledger;
using Appliance.Server.Tests.Csc.Clients;
using Appliance.Server.Tests.Hosting;
using Appliance.Storage;
using Appliance.Storage.Sqlite;

namespace Appliance.Server.Tests.Timestamps;

/// <summary>How many time stamps a client may have on a day, and strangers in a second.</summary>
public sealed class TimestampQuotaTests(AccessAppliance tsa) : IClassFixture<AccessAppliance>
{
    private readonly RunningAppliance _appliance = tsa.Appliance;

    [Fact]
    public async Task A_hundred_calls_at_once_have_as_many_time_stamps_as_the_client_may()
    {
        var client = await AddAsync(10);

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => AskAsync(client)));

        Assert.Equal(10, answers.Count(answer => answer.Status == 200));
        var refused = answers.Where(answer => answer.Status == 429).ToList();
        Assert.Equal(90, refused.Count);
        Assert.All(refused, answer =>
        {
            Assert.Equal(
                "The client has had as many time stamps today as it may; nothing was used up", answer.Description);

            // Until midnight, in whole minutes.
            Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromMinutes(1), TimeSpan.FromDays(1));
        });
        Assert.Equal(10, await tsa.UsedOfAsync(client));
        Assert.Equal(10, CountOf(AuditEvent.TimestampIntent, client));
        Assert.Equal(90, CountOf(AuditEvent.TimestampRefused, client));
    }

    [Fact]
    public async Task A_limit_holds_from_its_commit_on_also_where_nobody_was_told()
    {
        var client = await AddAsync(0);
        Assert.Equal(200, (await AskAsync(client)).Status);
        Assert.Equal(200, (await AskAsync(client)).Status);
        Assert.Equal(0, await tsa.UsedOfAsync(client));

        await _appliance.Ledger.WriteAsync(
            c =>
            {
                var row = c.Clients.Find(client.Id)!;
                return c.Clients.Update(_appliance.Composition.Clients.Sign(
                    row with { TimestampsPerDay = 1, Version = row.Version + 1 }));
            },
            TestContext.Current.CancellationToken);

        Assert.Equal(200, (await AskAsync(client)).Status);
        Assert.Equal(429, (await AskAsync(client)).Status);
    }

    [Fact]
    public async Task A_limit_that_somebody_raised_in_the_database_is_nobodys()
    {
        var client = await AddAsync(1);
        Assert.Equal(200, (await AskAsync(client)).Status);
        using (var database = Database.Open(_appliance.StorePath, readOnly: false))
        {
            database.Execute($"UPDATE client SET timestamps_per_day = 0 WHERE name = '{NameOf(client)}'");
        }

        Assert.Equal(403, (await AskAsync(client)).Status);
        Assert.Equal(1, CountOf(AuditEvent.TimestampIntent, client));
    }

    [Fact]
    public async Task The_setting_is_for_all_clients_of_whom_nothing_else_is_said()
    {
        await using var strict = new TsaAppliance
        {
            Settings = [new("Timestamping:ClientsPerDay", "1"), new("Timestamping:OpenPerSecond", "2")],
        };
        await strict.InitializeAsync();
        var usual = await strict.Appliance.AddClientAsync(Order(ClientRow.AsSettingSays));
        var own = await strict.Appliance.AddClientAsync(Order(2));
        var free = await strict.Appliance.AddClientAsync(Order(0));

        Assert.Equal([200, 429], await StatusesAsync(usual, 2));
        Assert.Equal([200, 200, 429], await StatusesAsync(own, 3));
        Assert.Equal([200, 200, 200, 200], await StatusesAsync(free, 4));

        // The clock of the limit stands still: two at once after a rest, and no more.
        Assert.Equal([200, 200, 429], await StatusesAsync(null, 3));
        Assert.Equal([200], await StatusesAsync(free, 1));

        async Task<List<int>> StatusesAsync(TestClient? client, int count)
        {
            var statuses = new List<int>();
            for (var i = 0; i < count; i++)
            {
                using var answer = await strict.PostAsync(
                    null,
                    TsaAppliance.Request(RandomNumberGenerator.GetBytes(32)),
                    client is null ? null : new AuthenticationHeaderValue("Bearer", client.Token));
                statuses.Add((int)answer.StatusCode);
            }

            return statuses;
        }
    }

    private static ClientOrder Order(int perDay)
        => new() { Operations = ClientOperations.Timestamp, TimestampsPerDay = perDay };

    private Task<TestClient> AddAsync(int perDay) => _appliance.AddClientAsync(Order(perDay));

    private Task<RestAnswer> AskAsync(TestClient client)
        => tsa.AskAsync("clients", client.Token, RandomNumberGenerator.GetBytes(32));

    private int CountOf(AuditEvent happened, TestClient client)
        => _appliance.Audit(happened, 10_000).Count(entry => entry.Record.ClientId == client.Id);

    private string NameOf(TestClient client)
        => _appliance.Composition.Store.Read(c => c.Clients.Find(client.Id)!.Name);
}
